"""Learning rates that fit the size of each layer."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

import gankit
from gankit_standard.stabilizers.network_layers import KernelWrapper, as_matrix, wrapped


class EqualisedLearningRate(gankit.Stabilizer):
    """Trains kernels of about unit size, and multiplies them in each layer by √(2 / inputs).

    An optimizer such as Adam, whose steps do not depend on the scale of a gradient, then changes
    all layers at the same relative speed. The output of the untrained networks stays the same. The
    stabilizer wraps dense and convolutional layers, but not layers inside other layers.

    Reference:
        Karras et al. 2018, Progressive Growing of GANs, arXiv:1710.10196, section 4.1; the scale is
        that of He et al. 2015, arXiv:1502.01852.
    """

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Wrap the layers that have a kernel."""
        return _scaled(networks, "equalised-learning-rate", lambda inputs: math.sqrt(2 / inputs))


class WidthAwareLearningRate(gankit.Stabilizer):
    """Lets the learning rate of each kernel fall with its inputs: η · base / inputs.

    A step of Adam then changes the output of a layer by the same amount in narrow and in wide
    networks, so a learning rate found for one width fits others. The optimizer trains each kernel
    divided by base / inputs, and the layer multiplies it by the same factor. Biases and gains keep
    their learning rate. The stabilizer wraps dense and convolutional layers, but not layers inside
    other layers.

    Args:
        base: The number of inputs for which the learning rate is that of the optimizer.

    Reference:
        Hyun et al. 2025, Scalable GANs with Transformers, arXiv:2509.24935, which divides one rate
        by the width of the network.
    """

    def __init__(self, base: gankit.Count = 384):
        self.base = base

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Wrap the layers that have a kernel."""
        return _scaled(networks, "width-aware-learning-rate", lambda inputs: self.base / inputs)


class ScaledKernel(KernelWrapper):
    """Multiplies a layer's kernel by a scale, by which the kernel is divided once."""

    def __init__(self, layer: keras.layers.Layer, scale: float):
        super().__init__(layer, "scaled")
        self.scale = scale
        kernel = layer.variables[0]
        kernel.assign(kernel.value / scale)

    def kernel(self, training: bool) -> Any:
        """Return the scaled kernel, in float32."""
        return ops.cast(self.layer.variables[0].value, "float32") * self.scale


def _scaled(
    networks: gankit.Networks, who: str, scale: Callable[[int], float]
) -> Mapping[str, keras.Model]:
    """Return the networks with kernels scaled by a function of the number of their inputs."""

    def wrap(layer: keras.layers.Layer) -> keras.layers.Layer:
        return ScaledKernel(layer, scale(as_matrix(layer, layer.variables[0]).shape[0]))

    return wrapped(networks, networks, wrap, who)
