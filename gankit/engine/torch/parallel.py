"""Data parallel training on PyTorch, by `torch.distributed`: a process for each device.

All processes build the same game from the same seed, and each has its rows of a batch. Gradients
are averaged, so that the weights stay the same to the bit.
"""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Literal

import keras
import numpy as np
import torch
import torch.distributed as dist

from gankit.engine.torch.collectives import others, place
from gankit.errors import GankitError
from gankit.messages import counted

LONG = timedelta(days=7)  # others wait while the first process scores and samples
_count = 1  # processes that `use` chose
_local = os.environ.get("LOCAL_RANK")
if _local and torch.cuda.is_available():
    torch.cuda.set_device(int(_local))  # before anything is put on the first one


def devices() -> list[str]:
    """Return the names of the devices in use, GPUs if there are any."""
    kind = keras.ops.zeros(()).device.type
    return [torch.cuda.get_device_name() if kind == "cuda" else kind.upper()] * _count


def use(count: int | Literal["all"]) -> None:
    """Train on so many devices, in as many processes, from here on.

    Raises:
        GankitError: There are fewer, or a launcher has started another number of processes.
    """
    global _count
    started = int(os.environ.get("WORLD_SIZE", 0))
    on_gpu = keras.ops.zeros(()).device.type == "cuda"
    found = started or (torch.cuda.device_count() if on_gpu else 1)
    wanted = found if count == "all" else count
    if started and wanted != started:
        raise GankitError(
            f"training.devices = {count}, but {started} processes were started", "--devices all"
        )
    if on_gpu and wanted > found:
        raise GankitError(
            f"PyTorch has {counted(found, 'GPU')} here. Received: {count}",
            "--devices all uses as many as there are",
        )
    _count = wanted


def processes() -> int:
    """Return the number of processes that share each batch."""
    return _count


def join(rank: int, count: int) -> None:
    """Join the other processes, at the address of `MASTER_ADDR` and `MASTER_PORT`."""
    backend = "gloo"
    if keras.ops.zeros(()).device.type == "cuda":
        backend = "cpu:gloo,cuda:nccl"
    dist.init_process_group(backend, rank=rank, world_size=count, timeout=LONG)


def leave() -> None:
    """Leave them."""
    if dist.is_initialized():
        dist.destroy_process_group()


def tell(message: Any = None) -> Any:
    """Return the message of the first process."""
    messages = [message]
    with others():
        dist.broadcast_object_list(messages, 0, device=torch.device("cpu"))
    return messages[0]


def agree(variables: Sequence[Any]) -> None:
    """Give all processes the values of the first."""
    if dist.is_initialized():
        with others():
            for variable in variables:
                dist.broadcast(variable.value.data, 0)


def differing(variables: Sequence[Any]) -> list[str]:
    """Return the paths of variables that are not the same in all processes."""
    if not dist.is_initialized():
        return []
    sums = torch.stack([_sums(variable.value.data) for variable in variables])
    first = sums.clone()
    with others():
        dist.broadcast(first, 0)
        same = (sums == first).all(1).int()
        dist.all_reduce(same, dist.ReduceOp.MIN)
    return [variable.path for variable, equal in zip(variables, same.tolist()) if not equal]


def arranged(rows: np.ndarray, turns: int) -> np.ndarray:
    """Return the rows of a step that this process has, its part of each turn."""
    rank, count = place()
    return rows.reshape(turns, count, -1)[:, rank].reshape(-1)


def part(x: Any, turn: int, turns: int) -> Any:
    """Return the rows of a turn."""
    size = x.shape[0] // turns
    return x[turn * size : (turn + 1) * size]


def draw(function: Callable[[Sequence[int]], Any], shape: Sequence[int]) -> Any:
    """Return the rows of this process of what `function` draws for the whole batch."""
    rank, count = place()
    size = int(shape[0])
    return function((size * count, *shape[1:]))[rank * size : (rank + 1) * size]


def _sums(x: Any) -> Any:
    """Return two sums of a tensor, one of them weighted by the places."""
    flat = x.reshape(-1).double()
    return torch.stack([flat.sum(), flat @ torch.arange(len(flat), device=x.device).double()])
