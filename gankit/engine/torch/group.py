"""The group of processes on PyTorch, which `torch.distributed` makes."""

import os
from collections.abc import Mapping
from datetime import timedelta

import keras
import torch
import torch.distributed as dist

from gankit.engine.ports import free_ports
from gankit.launchers import launched

LONG = timedelta(days=7)  # others wait while the first process scores and samples
_launched = launched()
if _launched and _launched.backend == "torch" and torch.cuda.is_available():
    torch.cuda.set_device(_launched.local)  # before anything is put on the first one


def device() -> str:
    """Return the name of the device in use, a GPU if there is one."""
    kind = _kind()
    return torch.cuda.get_device_name() if kind == "cuda" else kind.upper()


def gpus() -> int:
    """Return the number of GPUs that can be used."""
    return torch.cuda.device_count() if _kind() == "cuda" else 0


def places(count: int) -> list[dict[str, str]]:
    """Return the environment variables that give each of so many processes its place."""
    (port,) = free_ports(1)
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(count)}
    return [{**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(count)]


def join(environment: Mapping[str, str]) -> None:
    """Join the other processes at a place."""
    os.environ |= {name: environment[name] for name in ("MASTER_ADDR", "MASTER_PORT")}
    backend = "cpu:gloo,cuda:nccl" if _kind() == "cuda" else "gloo"
    rank, count = int(environment["RANK"]), int(environment["WORLD_SIZE"])
    dist.init_process_group(backend, rank=rank, world_size=count, timeout=LONG)


def leave() -> None:
    """Leave them."""
    if dist.is_initialized():
        dist.destroy_process_group()


def _kind() -> str:
    kind: str = keras.ops.zeros(()).device.type
    return kind
