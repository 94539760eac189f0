"""Random numbers for a batch: the same on one device as on many.

The first axis is that of the batch. On several devices each gets its own rows of the same numbers,
so `keras.random` is for what all devices share, such as the choice of one image for the batch.
"""

from collections.abc import Sequence
from typing import Any

import keras

from gankit import engine

__all__ = ["normal", "uniform"]


def normal(
    shape: Sequence[int], mean: float = 0.0, std: Any = 1.0, *, seed: keras.random.SeedGenerator
) -> Any:
    """Return normal random numbers, float32.

    Args:
        shape: (batch, …).
        mean: Their mean.
        std: Their standard deviation.
        seed: `gan.seed` or `turn.seed`.
    """

    def drawn(shape: Sequence[int]) -> Any:
        return keras.random.normal(shape, mean=mean, stddev=std, dtype="float32", seed=seed)

    return engine.draw(drawn, shape)


def uniform(
    shape: Sequence[int], low: float = 0.0, high: float = 1.0, *, seed: keras.random.SeedGenerator
) -> Any:
    """Return uniform random numbers from [low, high), float32.

    Args:
        shape: (batch, …).
        low: The lowest number.
        high: What all numbers are below.
        seed: `gan.seed` or `turn.seed`.
    """

    def drawn(shape: Sequence[int]) -> Any:
        return keras.random.uniform(shape, low, high, dtype="float32", seed=seed)

    return engine.draw(drawn, shape)
