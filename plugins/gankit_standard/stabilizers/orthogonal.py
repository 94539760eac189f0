"""Orthogonal regularisation of kernels."""

from collections.abc import Iterator
from typing import Any, Literal

import keras
from keras import ops

import gankit
from gankit_standard.option_types import Strength
from gankit_standard.stabilizers.network_layers import KERNELS, as_matrix


class Orthogonal(gankit.Stabilizer):
    """Pulls the filters of each kernel towards orthogonality: adds weight · ‖WᵀW ⊙ (1 − I)‖².

    W is the kernel of a dense or convolutional layer as a matrix with a column for each output. The
    sum over all kernels is added to the loss of the player that trains the network. Layers inside
    other layers are left out.

    Args:
        weight: β of BigGAN.
        network: The player whose networks are regularised.
        form: `off-diagonal` does not change the filters' lengths; `identity` pulls them to 1,
            ‖WᵀW − I‖².

    Reference:
        Brock et al. 2017, Neural Photo Editing with Introspective Adversarial Networks,
        arXiv:1609.07093; Brock et al. 2019, BigGAN, arXiv:1809.11096, equations 2 and 3.
    """

    def __init__(
        self,
        weight: Strength = 1e-4,
        network: Literal["discriminator", "generator", "both"] = "generator",
        form: Literal["off-diagonal", "identity"] = "off-diagonal",
    ):
        self.weight = weight
        self.players = ("discriminator", "generator") if network == "both" else (network,)
        self.distance = {"off-diagonal": off_diagonal, "identity": off_identity}[form]

    def prepare(self, gan: gankit.GAN) -> None:
        """Find the layers of each player that have a kernel."""
        self.layers = {
            player: [x for name in names for x in _layers(gan.networks[name])]
            for player, names in gan.game.players.items()
            if player in self.players
        }
        if not any(self.layers.values()):
            raise gankit.GankitError(
                f"orthogonal finds no dense or convolutional layer in the "
                f"{' and the '.join(self.players)}",
                "gankit list architectures",
            )

    def penalty(self, turn: gankit.Turn) -> Any:
        """Return the penalty on the kernels that the player trains."""
        layers = self.layers.get(turn.player)
        if not self.weight or not layers:
            return 0.0
        return self.weight * sum(self.distance(as_matrix(x, x.kernel.value)) for x in layers)


def off_diagonal(w: Any) -> Any:
    """Return ‖WᵀW ⊙ (1 − I)‖² of a matrix (rows, columns)."""
    rows, columns = w.shape
    if rows < columns:  # ‖WᵀW‖ = ‖WWᵀ‖, which is smaller
        lengths = ops.sum(ops.square(w), axis=0)
        return _squared_norm(ops.matmul(w, ops.transpose(w))) - _squared_norm(lengths)
    return _squared_norm(ops.matmul(ops.transpose(w), w) * (1 - ops.eye(columns)))


def off_identity(w: Any) -> Any:
    """Return ‖WᵀW − I‖² of a matrix (rows, columns)."""
    rows, columns = w.shape
    if rows < columns:  # WᵀW has the eigenvalues of WWᵀ, and columns − rows zeros
        return _squared_norm(ops.matmul(w, ops.transpose(w)) - ops.eye(rows)) + columns - rows
    return _squared_norm(ops.matmul(ops.transpose(w), w) - ops.eye(columns))


def _layers(network: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers with a kernel, wrapped ones included."""
    for layer in network.layers:
        inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
        if isinstance(inner, KERNELS):
            yield inner


def _squared_norm(x: Any) -> Any:
    return ops.sum(ops.square(x))
