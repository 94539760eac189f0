"""Data parallel training on PyTorch and TensorFlow: a process for each device.

All processes build the same game from the same seed, and each has its rows of a batch. Gradients
are averaged, so that the weights stay the same to the bit.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from gankit.backend import TITLES
from gankit.engine.collectives import place
from gankit.errors import GankitError
from gankit.launchers import launched
from gankit.messages import counted

match keras.backend.backend():
    case "tensorflow":
        from gankit.engine.tensorflow.group import device, gpus
    case "torch":
        from gankit.engine.torch.group import device, gpus

_count = 1  # processes that `use` chose


def devices() -> list[str]:
    """Return the names of the devices in use, GPUs if there are any."""
    return [device()] * _count


def use(count: int | Literal["all"]) -> None:
    """Train on so many devices, in as many processes, from here on.

    Raises:
        GankitError: There are fewer, or a launcher has started another number of processes.
    """
    global _count
    there = launched()
    found = there.count if there else gpus() or 1
    wanted = found if count == "all" else count
    if there and wanted != found:
        raise GankitError(
            f"training.devices = {count}, but {found} processes were started", "--devices all"
        )
    if gpus() and wanted > found:
        title = TITLES[keras.backend.backend()]
        raise GankitError(
            f"{title} has {counted(found, 'GPU')} here. Received: {count}",
            "--devices all uses as many as there are",
        )
    _count = wanted


def meet() -> None:
    """Meet the processes that a launcher started: there is time for that until they `join`."""


def processes() -> int:
    """Return the number of processes that share each batch."""
    return _count


def arranged(rows: np.ndarray, turns: int) -> np.ndarray:
    """Return the rows of a step that this process has, its part of each turn."""
    rank, count = place()
    return rows.reshape(turns, count, -1)[:, rank].reshape(-1)


def part(x: Any, turn: int, turns: int) -> Any:
    """Return the rows of a turn."""
    size = ops.shape(x)[0] // turns
    return x[turn * size : (turn + 1) * size]


def draw(function: Callable[[Sequence[int]], Any], shape: Sequence[int]) -> Any:
    """Return the rows of this process of what `function` draws for the whole batch."""
    rank, count = place()
    if count == 1:
        return function(shape)
    size = shape[0]
    return function((size * count, *shape[1:]))[rank * size : (rank + 1) * size]
