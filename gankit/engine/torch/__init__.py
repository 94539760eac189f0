"""The engine on PyTorch: what it can do."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import torch


@contextmanager
def compiling_quickly() -> Iterator[None]:
    """Compile quickly rather than well: PyTorch compiles nothing."""
    yield


def compiles() -> bool:
    """Return whether the first step is compiled before it is played: PyTorch does not."""
    return False


def compiles_slowly() -> bool:
    """Return whether compiling a large step takes far longer than to play it layer by layer."""
    return False


def out_of_memory(error: Exception) -> bool:
    """Return whether an exception means that the device is out of memory."""
    on_cpu = isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    return on_cpu or isinstance(error, torch.OutOfMemoryError)


def seed(number: int) -> int:
    """Return a seed of 32 bits as Keras keeps it here, in a signed integer."""
    return number - 2**32 if number >= 2**31 else number


def supports(precision: str) -> bool:
    """Return whether the devices can train in a precision."""
    return precision != "mixed_float16" or keras.ops.zeros(()).device.type != "cpu"


def jit_compile() -> bool:
    """Return whether to compile the step: PyTorch plays it as it stands."""
    return False
