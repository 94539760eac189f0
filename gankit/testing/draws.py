"""Whether a function leaves numpy's global generator alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

PLACE = 987_654_321  # a seed that nobody else takes


@contextmanager
def watched_draws() -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether numpy's global generator is where it was."""
    before = np.random.get_state()
    np.random.seed(PLACE)
    place = _place()
    try:
        yield lambda: _place() == place
    finally:
        np.random.set_state(before)


def _place() -> tuple[bytes, int]:
    _, keys, position, *_ = np.random.get_state()
    return np.asarray(keys).tobytes(), int(position)
