"""What the processes of a training compute together, differentiable as often as needed.

Every process plays the same step on its own rows of the batch. A gradient is that of the sum over
all processes; `mean` of it is the gradient of the mean loss.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist

_sharing = False


@contextmanager
def together(sharing: bool = True) -> Iterator[None]:
    """Share the batches of the steps within; with False, compute something alone between two."""
    global _sharing
    before, _sharing = _sharing, sharing and dist.is_initialized()
    try:
        yield
    finally:
        _sharing = before


def place() -> tuple[int, int]:
    """Return the rank of this process and the number of those that share the step."""
    return (dist.get_rank(), dist.get_world_size()) if _sharing else (0, 1)


def mean(x: Any) -> Any:
    """Return the mean over all processes of a tensor."""
    return _Mean.apply(x) if _sharing else x


def all_rows(x: Any) -> Any:
    """Return the rows of x on all devices; gradients pass through it.

    A statistic of the whole batch is one of these. On JAX and TensorFlow, x has them already.

    Args:
        x: A row for each example that this device has, (rows, …).

    Returns:
        A row for each example of the batch, (batch, …), in their order.
    """
    return _AllRows.apply(x) if _sharing else x


def own_rows(x: Any) -> Any:
    """Return the rows of this device, what `all_rows` returned or was computed from it.

    Args:
        x: A row for each example of the batch, (batch, …).

    Returns:
        A row for each example that this device has, (rows, …).
    """
    rank, count = place()
    size = x.shape[0] // count
    return x[rank * size : (rank + 1) * size]


def means(tensors: Sequence[Any]) -> list[Any]:
    """Return the means over all processes of many tensors, by one exchange."""
    if not _sharing or not tensors:
        return list(tensors)
    flat = torch.cat([tensor.detach().float().reshape(-1) for tensor in tensors])
    parts = _summed(flat).div_(dist.get_world_size()).split([t.numel() for t in tensors])
    return [part.view(t.shape).to(t.dtype) for part, t in zip(parts, tensors)]


class _Mean(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        return _summed(x.clone(memory_format=torch.contiguous_format)) / dist.get_world_size()

    @staticmethod
    def backward(context: Any, gradient: Any) -> Any:
        return _Mean.apply(gradient)


class _AllRows(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        x = x.contiguous()
        parts = [torch.empty_like(x) for _ in range(dist.get_world_size())]
        with others():
            dist.all_gather(parts, x)
        return torch.cat(parts)

    @staticmethod
    def backward(context: Any, gradient: Any) -> Any:
        return _OwnSum.apply(gradient)


class _OwnSum(torch.autograd.Function):
    """The own rows of the sum over all processes: what is differentiated by `_AllRows` again."""

    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        return own_rows(_summed(x.clone(memory_format=torch.contiguous_format))).clone()

    @staticmethod
    def backward(context: Any, gradient: Any) -> Any:
        return _AllRows.apply(gradient)


def _summed(x: Any) -> Any:
    with others():
        dist.all_reduce(x)
    return x


@contextmanager
def others() -> Iterator[None]:
    """Raise a ConnectionError where another process has ended."""
    try:
        yield
    except RuntimeError as error:
        raise ConnectionError("another process of this training has ended") from error
