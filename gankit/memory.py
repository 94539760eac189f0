"""An estimate of the memory that a step holds at its peak."""

import math
from collections.abc import Iterable

import keras

from gankit.gan import GAN
from gankit.network import judges, operations


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
        "activations": images * sum(_activations(gan, name) for name in gan.networks),
    }


def _bytes(variables: Iterable[keras.Variable]) -> int:
    return sum(math.prod(v.shape) * _size(v.dtype) for v in variables)


def _size(dtype: str) -> int:
    return {"float64": 8, "int64": 8, "float16": 2, "bfloat16": 2, "uint8": 1}.get(dtype, 4)


def _activations(gan: GAN, name: str) -> int:
    """Return the bytes that a network keeps in a step for one example, for the way back."""
    outputs = [
        tensor
        for operation in operations(gan.networks[name])
        for tensor in keras.tree.flatten(operation.output)
    ]
    kept = sum(math.prod(tensor.shape[1:]) * _size(tensor.dtype) for tensor in outputs)
    return 2 * kept if name in judges(gan) else kept  # which see real and generated images
