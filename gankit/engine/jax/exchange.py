"""What processes exchange within a step: nothing on JAX, whose step has the rows of all."""

from typing import Any

LOST: tuple[type[Exception], ...] = ()


def place() -> tuple[int, int]:
    """Return the rank of this process, and the number of processes."""
    return 0, 1


def mean(x: Any) -> Any:
    """Return the mean over all processes of a tensor."""
    return x


def gathered(x: Any) -> Any:
    """Return the rows of all processes."""
    return x


def summed(x: Any) -> Any:
    """Return the sum over all processes of a tensor."""
    return x


def first(x: Any) -> Any:
    """Return the tensor of the first process."""
    return x
