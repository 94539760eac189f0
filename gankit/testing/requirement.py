"""What a check asks, and what it says where that is not so."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

ROUNDING = 1e-4  # of the largest number in an array, after some steps


def require(holds: object, wrong: str, remedy: str) -> None:
    """Raise an `AssertionError` unless a condition holds.

    Args:
        holds: The condition.
        wrong: What is wrong, and what was received.
        remedy: What to do.
    """
    if not holds:
        raise AssertionError(f"{wrong}\n→ {remedy}")


def name_of(part: Any) -> str:
    """Return what a class, a function or an object is called."""
    return str(getattr(part, "__name__", type(part).__name__))


def called(part: Callable[..., Any], options: Mapping[str, Any]) -> str:
    """Return a call as Python spells it, e.g. `Drift(weight=0.0)`."""
    return f"{name_of(part)}({', '.join(f'{key}={value!r}' for key, value in options.items())})"


def equal(some: Iterable[Any], others: Iterable[Any]) -> bool:
    """Return whether arrays are equal, bit by bit."""
    some, others = list(some), list(others)
    return len(some) == len(others) and all(map(_same, some, others))


def near(some: Iterable[Any], others: Iterable[Any]) -> bool:
    """Return whether arrays are equal but for rounding; two compiled games may round otherwise."""
    return all(map(_near, some, others))


def _near(a: Any, b: Any) -> bool:
    if np.asarray(b).dtype.kind != "f":
        return _same(a, b)
    return bool(np.allclose(a, b, rtol=ROUNDING, atol=ROUNDING * np.abs(b).max(), equal_nan=True))


def _same(a: Any, b: Any) -> bool:
    floats = np.asarray(a).dtype.kind == "f"
    return bool(np.array_equal(a, b, equal_nan=floats))
