"""Spectral normalisation of a network's layers."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import keras
from keras import ops

import gankit
from gankit_standard.stabilizers.network_layers import (
    WITHOUT_NORM,
    KernelWrapper,
    as_matrix,
    has_in_discriminator,
    names_of,
    wrapped,
)


class SpectralNorm(gankit.Stabilizer):
    """Divides every kernel by its largest singular value, so that each layer's slope is at most 1.

    It wraps dense and convolutional layers; layers inside other layers are left alone.

    Args:
        network: The player whose networks are normalised.

    Reference:
        Miyato et al. 2018, Spectral Normalization for GANs, arXiv:1802.05957, algorithm 1.
    """

    def __init__(self, network: Literal["discriminator", "generator", "both"] = "discriminator"):
        self.players = ("discriminator", "generator") if network == "both" else (network,)
        self.bounds_slope = "discriminator" in self.players

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Wrap the layers that have a kernel."""
        names = names_of(networks, self.players)
        return wrapped(networks, names, SpectralNormalization, "spectral-norm")

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield an incompatibility with batch normalisation in the discriminator."""
        norm = has_in_discriminator(gan, keras.layers.BatchNormalization)
        if "discriminator" in self.players and norm:
            yield gankit.Incompatibility(
                "batch normalisation in the discriminator undoes the bound of spectral-norm",
                WITHOUT_NORM,
            )


class SpectralNormalization(KernelWrapper):
    """Divides a layer's kernel W by σ(W) = vᵀ W u, without changing the kernel.

    As a matrix, W has a column for each output. Only u is stored: each call in training takes one
    step of the power iteration v ← W u / ‖W u‖, u ← Wᵀ v / ‖Wᵀ v‖, through which no gradient
    flows.
    """

    def __init__(self, layer: keras.layers.Layer):
        super().__init__(layer, "normalised")
        columns = as_matrix(layer, layer.variables[0]).shape[-1]
        # autocast would make PyTorch assign to a copy
        self.u = self.add_weight(
            (columns,), "random_normal", "float32", trainable=False, autocast=False, name="u"
        )

    def kernel(self, training: bool) -> Any:
        """Return the kernel divided by its largest singular value, in float32."""
        kernel = ops.cast(self.layer.variables[0].value, "float32")
        sigma = self._sigma(as_matrix(self.layer, kernel), training)
        return kernel / ops.maximum(sigma, 1e-12)

    def _sigma(self, matrix: Any, training: bool) -> Any:
        """Return the estimate of the largest singular value."""
        fixed, u = ops.stop_gradient(matrix), self.u.value
        v = _unit(ops.matmul(fixed, u))
        if training:
            u = _unit(ops.matmul(v, fixed))
            self.u.assign(u)
        return ops.sum(v * ops.matmul(matrix, _unit(u)))


def _unit(vector: Any) -> Any:
    return vector / ops.sqrt(ops.sum(ops.square(vector)) + 1e-12)
