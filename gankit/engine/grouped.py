"""A grouped convolution as a few dense ones.

What TensorFlow and JAX derive for a grouped convolution on a CPU is a naive loop: its gradients
took a hundred times as long as those of the same convolution made in this way.
"""

from collections.abc import Callable

import numpy as np
from keras import ops

BUNCH = 32  # channels that one dense convolution sees: fewer are too many calls, more too many 0s


def grouped(convolve: Callable, x, kernel, groups: int):
    """Return the convolution of images in which each group of channels has kernels of its own.

    Groups go in bunches, each through one dense convolution whose kernel is 0 between the groups.

    Args:
        convolve: The dense convolution of images with a kernel.
        x: Images (batch, height, width, channels).
        kernel: (height, width, channels / groups, filters).
        groups: How many there are; it divides channels and filters.
    """
    channels, filters = kernel.shape[2], kernel.shape[3] // groups
    size = _bunch(groups, max(channels, filters))
    inside = np.kron(np.eye(size), np.ones((channels, filters)))
    mask = ops.cast(ops.convert_to_tensor(inside.astype("float32")), kernel.dtype)
    outputs = [
        convolve(
            x[..., first * channels : (first + size) * channels],
            ops.tile(kernel[..., first * filters : (first + size) * filters], (1, 1, size, 1))
            * mask,
        )
        for first in range(0, groups, size)
    ]
    return ops.concatenate(outputs, axis=-1)


def _bunch(groups: int, channels: int) -> int:
    """Return how many groups go together: as many as divide them, of BUNCH channels or fewer."""
    most = max(1, BUNCH // channels)
    return max(size for size in range(1, groups + 1) if groups % size == 0 and size <= most)
