"""Assertions that say what is wrong and how to fix it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

ROUNDING = 1e-4  # relative to the largest number in an array, after some steps


def require(holds: object, wrong: str, remedy: str) -> None:
    """Raise an `AssertionError` with what is wrong and a remedy, unless a condition holds."""
    if not holds:
        raise AssertionError(f"{wrong}\n→ {remedy}")


def name_of(part: Any) -> str:
    """Return the name of a class or function, or of an object's class."""
    return str(getattr(part, "__name__", type(part).__name__))


def called(part: Callable[..., Any], options: Mapping[str, Any]) -> str:
    """Return a call as Python spells it, e.g. `Drift(weight=0.0)`."""
    return f"{name_of(part)}({', '.join(f'{key}={value!r}' for key, value in options.items())})"


def equal(some: Iterable[Any], others: Iterable[Any]) -> bool:
    """Return whether arrays are equal, bit by bit."""
    some, others = list(some), list(others)
    return len(some) == len(others) and all(map(_same, some, others))


def near(some: Iterable[Any], others: Iterable[Any]) -> bool:
    """Return whether arrays are equal up to rounding, which compiled games may do differently."""
    return all(map(_near, some, others))


def _near(a: Any, b: Any) -> bool:
    if np.asarray(b).dtype.kind != "f":
        return _same(a, b)
    return bool(np.allclose(a, b, rtol=ROUNDING, atol=ROUNDING * np.abs(b).max(), equal_nan=True))


def _same(a: Any, b: Any) -> bool:
    return bool(np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f"))
