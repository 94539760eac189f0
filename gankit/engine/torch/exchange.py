"""What processes of PyTorch exchange, by `torch.distributed`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist

LOST: tuple[type[Exception], ...] = (ConnectionError,)  # what is raised if a process has ended


def place() -> tuple[int, int]:
    """Return the rank of this process, and the number of processes."""
    return (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)


def mean(x: Any) -> Any:
    """Return the mean over all processes of a tensor, differentiable."""
    return _Mean.apply(x)


def gathered(x: Any) -> Any:
    """Return the rows of all processes, differentiable."""
    return _AllRows.apply(x)


def summed(x: Any) -> Any:
    """Return the sum over all processes of a tensor."""
    x = x.detach().clone(memory_format=torch.contiguous_format)
    with _others():
        dist.all_reduce(x)
    return x


def first(x: Any) -> Any:
    """Return the tensor of the first process."""
    x = x.detach().clone(memory_format=torch.contiguous_format)
    with _others():
        dist.broadcast(x, 0)
    return x


class _Mean(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        return summed(x).div_(dist.get_world_size())

    @staticmethod
    def backward(context: Any, gradient: Any) -> Any:
        return _Mean.apply(gradient)


class _AllRows(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        x = x.contiguous()
        parts = [torch.empty_like(x) for _ in range(dist.get_world_size())]
        with _others():
            dist.all_gather(parts, x)
        return torch.cat(parts)

    @staticmethod
    def backward(context: Any, gradient: Any) -> Any:
        return _OwnSum.apply(gradient)


class _OwnSum(torch.autograd.Function):
    """The own rows of the sum over all processes: what is differentiated by `_AllRows` again."""

    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        return summed(x).chunk(dist.get_world_size())[dist.get_rank()].clone()

    @staticmethod
    def backward(context: Any, gradient: Any) -> Any:
        return _AllRows.apply(gradient)


@contextmanager
def _others() -> Iterator[None]:
    """Raise a ConnectionError where another process has ended."""
    try:
        yield
    except RuntimeError as error:
        raise ConnectionError from error
