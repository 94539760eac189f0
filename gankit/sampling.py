"""Samples of a generator: a seed gives the same noise on every backend."""

from collections.abc import Iterator

import numpy as np
from keras import ops

from gankit.dataset import Facts
from gankit.gan import GAN


def sample(gan: GAN, count: int, seed: int, classes: int = 0, size: int = 64) -> np.ndarray:
    """Return what the generator makes of standard normal noise, (count, …).

    Where the generator takes labels, sample i is of class i modulo the number of classes.

    Args:
        gan: The game.
        count: The number of samples.
        seed: Of the noise, drawn by numpy.
        classes: The number of classes.
        size: The number of samples made at a time.

    Raises:
        GankitError: The generator takes pictures, not noise.
    """
    latent = gan.noise_shape
    noise = np.random.default_rng(seed).standard_normal((count, *latent), dtype="float32")
    labels = np.arange(count, dtype="int32") % max(classes, 1)
    parts = [
        ops.convert_to_numpy(gan.sample(noise[rows], labels[rows])) for rows in _slices(count, size)
    ]
    return np.concatenate(parts)


def sheet_count(facts: Facts) -> int:
    """Return how many samples are on a run's sheet: 8 × 8 pictures, 2,500 points of a plane."""
    return 64 if len(facts.shape) == 3 else 2500


def _slices(count: int, size: int) -> Iterator[slice]:
    for start in range(0, count, size):
        yield slice(start, start + size)
