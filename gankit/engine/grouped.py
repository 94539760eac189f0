"""A grouped convolution as a few dense ones.

On a CPU the gradients that TensorFlow and JAX derive for a grouped convolution are naive loops:
they took a hundred times as long as these.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

BUNCH = 32  # channels of one dense convolution: fewer mean many calls, more mean many zeros


def grouped(convolve: Callable[[Any, Any], Any], x: Any, kernel: Any, groups: int) -> Any:
    """Return the convolution of images in which each group of channels has its own kernels.

    A bunch of groups is one dense convolution, with a kernel that is 0 between the groups.

    Args:
        convolve: The dense convolution of images with a kernel.
        x: Images (batch, height, width, channels).
        kernel: (height, width, channels / groups, filters).
        groups: The number of groups; it divides channels and filters.
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
    """Return the groups in a bunch: the most that divide all groups, in BUNCH channels or fewer."""
    most = max(1, BUNCH // channels)
    return max(size for size in range(1, groups + 1) if groups % size == 0 and size <= most)
