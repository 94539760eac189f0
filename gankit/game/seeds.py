"""Refuses draws from Keras' global seed, which a run can neither save nor repeat."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from keras.src.random import seed_generator  # the global seed has no public name

from gankit.errors import GankitError

LIBRARIES = {"keras", "jax", "tensorflow", "torch"}


@contextmanager
def without_global_seed() -> Iterator[None]:
    """Raise a GankitError where something draws from Keras' global seed."""
    kept = seed_generator.global_seed_generator
    seed_generator.global_seed_generator = _refuse
    try:
        yield
    finally:
        seed_generator.global_seed_generator = kept


def _refuse() -> NoReturn:
    raise GankitError(
        f"{_place()}, draws from Keras' global seed, so the run could not be repeated",
        "in a loss, pass seed=turn.seed; in a stabilizer, seed=gan.seed; in a layer, a "
        "keras.random.SeedGenerator that is an attribute of the layer",
    )


def _place() -> str:
    """Return the line of code that draws, outside of Keras and its backend."""
    frame = sys._getframe(2)
    while frame.f_back and str(frame.f_globals.get("__name__")).split(".")[0] in LIBRARIES:
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}"
