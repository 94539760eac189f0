"""What processes of JAX exchange between steps; within one there is nothing to exchange."""

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils

from gankit.engine.jax import out_of_memory

LOST: tuple[type[Exception], ...] = ()  # `others` raises ConnectionError itself


def place() -> tuple[int, int]:
    """Return the rank of this process, and the number of processes."""
    return jax.process_index(), jax.process_count()


def mean(x: Any) -> Any:
    """Return the mean over all processes of a tensor."""
    return x


def gathered(x: Any) -> Any:
    """Return the rows of all processes."""
    return x


def summed(x: Any) -> Any:
    """Return the sum over all processes of a tensor."""
    with others():
        return np.sum(multihost_utils.process_allgather(np.asarray(x)), axis=0)


def first(x: Any) -> Any:
    """Return the tensor of the first process."""
    with others():
        return np.asarray(multihost_utils.broadcast_one_to_all(np.asarray(x)))


@contextmanager
def others() -> Iterator[None]:
    """Raise a ConnectionError where another process has ended."""
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if out_of_memory(error):
            raise
        atexit.register(end)
        raise ConnectionError("another process of this training has ended") from error


def end() -> None:
    """End this process as it is, before JAX waits for processes that are gone and then aborts."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
