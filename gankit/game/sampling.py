"""Samples of a generator; a seed gives the same noise on every backend."""

from collections.abc import Iterator, Sequence

import numpy as np
from keras import ops

from gankit.data.dataset import DataSpec
from gankit.game.gan import GAN

SIZE = 64  # samples made at a time


def sample(gan: GAN, count: int, seed: int, classes: int = 0, size: int = SIZE) -> np.ndarray:
    """Return samples of standard normal noise, (count, …).

    If the generator takes labels, sample i is of class i modulo the number of classes.

    Raises:
        GankitError: The generator takes images, not noise.
    """
    return draw(gan, noise(gan, count, seed), sampled_labels(count, classes), size)


def noise(
    gan: GAN, count: int, seed: int | Sequence[int], bound: float | None = None
) -> np.ndarray:
    """Return standard normal noise for the generator, (count, …).

    Row i of a seed is the same for every count.

    Args:
        gan: The game.
        count: The number of rows.
        seed: Of the noise, drawn by numpy.
        bound: Values beyond it are drawn again (the truncation trick); None for no bound.

    Raises:
        GankitError: The generator takes images, not noise.

    Reference:
        Brock et al. 2018, Large Scale GAN Training for High Fidelity Natural Image Synthesis,
        arXiv:1809.11096, section 3.1.
    """
    shape = (count, *gan.noise_shape)
    rows = np.random.default_rng(seed).standard_normal(shape, dtype="float32")
    if bound is not None:
        for number, row in enumerate(rows):
            again = np.random.default_rng([*np.atleast_1d(seed), number])
            while (beyond := np.abs(row) > bound).any():
                row[beyond] = again.standard_normal(beyond.sum(), dtype="float32")
    return rows


def draw(gan: GAN, rows: np.ndarray, labels: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Return the samples of noise (count, …) and of labels (count,), if the generator takes any."""
    parts = (gan.sample(rows[some], labels[some]) for some in slices(len(rows), size))
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])


def sampled_labels(count: int, classes: int) -> np.ndarray:
    """Return the class of each sample, (count,)."""
    return np.arange(count, dtype="int32") % max(classes, 1)


def sheet_count(spec: DataSpec) -> int:
    """Return the number of samples on a run's sheet: 8 × 8 images or curves, or 2,500 points."""
    return 2500 if len(spec.shape) == 1 else 64


def slices(count: int, size: int) -> Iterator[slice]:
    """Yield slices of `size` rows that cover `count` rows."""
    for start in range(0, count, size):
        yield slice(start, start + size)
