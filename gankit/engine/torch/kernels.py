"""The kernels of `gankit.layers` on PyTorch.

Images are (batch, height, width, channels), which PyTorch reads as channels-last without a copy; a
kernel is (height, width, in, out) for a convolution, (height, width, out, in) for a transposed one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from gankit.engine.collectives import normalized, place


def convolution(x: Any, kernel: Any, strides: Sequence[int], padding: str, groups: int = 1) -> Any:
    """Return the convolution of x; padding is "same" or "valid"."""
    x, kernel = _channels_first(x), _out_first(kernel)
    rows, columns = _pads(x.shape[2:], kernel.shape[2:], strides, padding)
    if rows[0] != rows[1] or columns[0] != columns[1]:
        x, rows, columns = F.pad(x, (*columns, *rows)), (0, 0), (0, 0)
    return _channels_last(F.conv2d(x, kernel, None, strides, (rows[0], columns[0]), 1, groups))


def transposed_convolution(
    x: Any, kernel: Any, strides: Sequence[int], padding: str, shape: Sequence[int]
) -> Any:
    """Return the transposed convolution of x, images of a shape (height, width, filters)."""
    x, kernel = _channels_first(x), _out_first(kernel)
    rows, columns = _pads(shape[:2], kernel.shape[2:], strides, padding)
    y = F.conv_transpose2d(x, kernel, None, strides, (rows[0], columns[0]))
    # PyTorch pads both sides alike: what "same" pads more at the end is cut off
    return _channels_last(y[:, :, : shape[0], : shape[1]])


def batch_normalization(x: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """Return x (batch, …, channels) normalised, its mean and its variance (channels,)."""
    if place()[1] > 1:
        return normalized(x, gamma, beta, epsilon)
    images = _channels_first(x) if x.ndim == 4 else x
    y, mean, inverse = torch.native_batch_norm(images, gamma, beta, None, None, True, 0.0, epsilon)
    variance = inverse.detach().float().pow(-2) - epsilon
    return (_channels_last(y) if x.ndim == 4 else y), mean.detach().float(), variance


def dropout(x: Any, rate: float, seed: Any) -> Any:
    """Return x with a fraction `rate` set to 0 and the rest scaled up; seed is two integers."""
    rank, count = place()
    size = x.numel()
    bits = torch.ops.gankit.bits(size * count, seed, x.detach())[rank * size :][:size].view(x.shape)
    kept = bits >= round(rate * 2**16) - 2**15
    return x * kept.to(x.dtype).mul_(1 / (1 - rate))


def random_bits(count: int, seed: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Return at least `count` random int16; on a CPU PyTorch draws its own masks one by one.

    It is one operation, so that a captured step draws anew.
    """
    words, numbers = (count + 3) // 4, seed.tolist()
    if like.device.type == "cpu":
        random = np.random.Generator(np.random.SFC64([s % 2**32 for s in numbers]))
        drawn = torch.from_numpy(random.integers(-(2**63), 2**63 - 1, words, dtype=np.int64))
    else:
        random = torch.Generator(like.device).manual_seed(numbers[0] << 32 | numbers[1] % 2**32)
        drawn = torch.empty(words, dtype=torch.int64, device=like.device)
        drawn.random_(-(2**63), None, generator=random)
    return drawn.view(torch.int16)


bits = torch.library.custom_op("gankit::bits", random_bits, mutates_args=())


@bits.register_fake  # type: ignore[untyped-decorator]
def _(count: int, seed: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return like.new_empty(((count + 3) // 4 * 4,), dtype=torch.int16)


def _pads(
    size: Sequence[int], kernel: Sequence[int], strides: Sequence[int], padding: str
) -> list[tuple[int, int]]:
    """Return the padding before and after each axis, as in TensorFlow."""
    if padding == "valid":
        return [(0, 0), (0, 0)]
    pads = [
        max((-(-n // stride) - 1) * stride + width - n, 0)
        for n, stride, width in zip(size, strides, kernel)
    ]
    return [(pad // 2, pad - pad // 2) for pad in pads]


def _channels_first(x: Any) -> Any:
    return x.permute(0, 3, 1, 2)


def _channels_last(x: Any) -> Any:
    return x.permute(0, 2, 3, 1)


def _out_first(kernel: Any) -> Any:
    """Return a kernel as (out, in, height, width), channels-last."""
    *window, inputs, outputs = kernel.shape
    rows = _Transposed.apply(kernel.reshape(-1, outputs))
    return rows.view(outputs, *window, inputs).permute(0, 3, 1, 2)


class _Transposed(torch.autograd.Function):
    """The transpose of a matrix, and its gradient, as new tensors.

    PyTorch copies the transpose of a matrix five times as fast as that of a kernel, and an
    optimizer reads a gradient in the order of its kernel twenty times as fast as in another.
    """

    @staticmethod
    def forward(ctx: Any, matrix: Any) -> Any:
        return matrix.t().clone(memory_format=torch.contiguous_format)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        return _Transposed.apply(gradient)
