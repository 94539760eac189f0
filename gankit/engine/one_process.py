"""What processes tell each other, where there is only one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def meet() -> None:
    """Meet the processes that a launcher started, where it must be before the first computation."""


def processes() -> int:
    """Return the number of processes that share each batch."""
    return 1


def all_rows(x: Any) -> Any:
    """Return the rows of x on all devices; gradients pass through it.

    A statistic of the whole batch is one of these. On JAX and TensorFlow, x has them already.

    Args:
        x: A row for each example that this device has, (rows, …).

    Returns:
        A row for each example of the batch, (batch, …), in their order.
    """
    return x


def own_rows(x: Any) -> Any:
    """Return the rows of this device, what `all_rows` returned or was computed from it.

    Args:
        x: A row for each example of the batch, (batch, …).

    Returns:
        A row for each example that this device has, (rows, …).
    """
    return x


def join(rank: int, count: int) -> None:
    """Join the other processes."""


def leave() -> None:
    """Leave them."""


def tell(message: Any = None) -> Any:
    """Return the message of the first process."""
    return message


def agree(variables: Sequence[Any]) -> None:
    """Give all processes the values of the first."""


def differing(variables: Sequence[Any]) -> list[str]:
    """Return the paths of variables that are not the same in all processes."""
    return []


@contextmanager
def together() -> Iterator[None]:
    """Share the batches of the steps within."""
    yield
