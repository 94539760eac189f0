"""Whether a function leaves NumPy's global generator alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

SEED = 987_654_321  # that nobody else uses


@contextmanager
def watched_draws() -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether the state of NumPy's global generator is unchanged."""
    before = np.random.get_state()
    np.random.seed(SEED)
    start = _state()
    try:
        yield lambda: _state() == start
    finally:
        np.random.set_state(before)


def _state() -> tuple[bytes, int]:
    _, keys, position, *_ = np.random.get_state()
    return np.asarray(keys).tobytes(), int(position)
