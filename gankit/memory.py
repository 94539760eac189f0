"""An estimate of the memory that a step holds at its peak."""

import math
from collections.abc import Iterable

import keras

from gankit.gan import GAN


def memory(gan: GAN, images: int) -> dict[str, int]:
    """Return the bytes of a game's weights, gradients, optimizers and activations.

    What a backend keeps beside these (buffers of its convolutions, copies) is not in it.

    Args:
        gan: The game.
        images: The number of images in a turn.
    """
    networks = list(gan.networks.values())
    return {
        "weights": _bytes(v for network in networks for v in network.variables),
        "gradients": _bytes(v for network in networks for v in network.trainable_variables),
        "optimizers": _bytes(gan.optimizer.variables),
        "activations": images
        * sum(_passes(network) * _activations(network) for network in networks),
    }


def _bytes(variables: Iterable[keras.Variable]) -> int:
    return sum(math.prod(v.shape) * _size(v.dtype) for v in variables)


def _size(dtype: str) -> int:
    return {"float64": 8, "int64": 8, "float16": 2, "bfloat16": 2, "uint8": 1}.get(dtype, 4)


def _passes(network: keras.Model) -> int:
    """Return how often a network is called in a step: on real and generated images, or on noise."""
    return 2 if len(network.inputs[0].shape) > 2 else 1


def _activations(network: keras.Model) -> int:
    """Return the bytes that the layers of a network keep for one example, for the way back."""
    outputs = [tensor for node in network.operations for tensor in keras.tree.flatten(node.output)]
    return sum(math.prod(tensor.shape[1:]) * _size(tensor.dtype) for tensor in outputs)
