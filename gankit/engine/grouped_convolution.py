"""A grouped convolution as a few dense ones.

On a CPU the gradients that TensorFlow and JAX derive for a grouped convolution are naive loops:
they took a hundred times as long as these.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

BUNCH = 16  # channels of one dense convolution: fewer mean many calls, more mean many zeros


def grouped(
    convolution: Callable[..., Any],
    x: Any,
    kernel: Any,
    strides: Sequence[int],
    padding: str,
    groups: int,
) -> Any:
    """Return the convolution of images in which each group of channels has its own kernels.

    A bunch of groups is one dense convolution, with a kernel that is 0 between the groups.

    Args:
        convolution: The dense convolution `(x, kernel, strides, padding)`.
        x: Images (batch, height, width, channels).
        kernel: (height, width, channels / groups, filters).
        strides: Of the convolution.
        padding: Of the convolution.
        groups: The number of groups; it divides channels and filters.
    """
    channels, filters = kernel.shape[2], kernel.shape[3] // groups
    most = max(1, BUNCH // max(channels, filters))
    size = max(size for size in range(1, groups + 1) if groups % size == 0 and size <= most)
    inside = np.kron(np.ones(groups // size), np.kron(np.eye(size), np.ones((channels, filters))))
    mask = ops.cast(ops.convert_to_tensor(inside.astype("float32")), kernel.dtype)
    dense = ops.tile(kernel, (1, 1, size, 1)) * mask
    bunches = (ops.split(each, groups // size, axis=-1) for each in (x, dense))
    outputs = [convolution(*pair, strides, padding) for pair in zip(*bunches)]
    return ops.concatenate(outputs, axis=-1)
