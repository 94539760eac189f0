"""Samples of a generator: a seed gives the same noise on every backend."""

from collections.abc import Iterator, Sequence

import numpy as np
from keras import ops

from gankit.data.dataset import DataSpec
from gankit.game.gan import GAN

SIZE = 64  # how many samples are made at a time


def sample(gan: GAN, count: int, seed: int, classes: int = 0, size: int = SIZE) -> np.ndarray:
    """Return what the generator makes of standard normal noise, (count, …).

    Where the generator takes labels, sample i is of class i modulo the number of classes.

    Args:
        gan: The game.
        count: The number of samples.
        seed: Of the noise, drawn by numpy.
        classes: The number of classes.
        size: The number of samples made at a time.

    Raises:
        GankitError: The generator takes images, not noise.
    """
    labels = sampled_labels(count, classes)
    return draw(gan, noise(gan, count, seed), labels, size)


def noise(
    gan: GAN, count: int, seed: int | Sequence[int], bound: float | None = None
) -> np.ndarray:
    """Return standard normal noise as the generator takes it, (count, …).

    Row i of a seed is the same however many rows are drawn.

    Args:
        gan: The game.
        count: The number of rows.
        seed: Of the noise, drawn by numpy.
        bound: What no number of it is beyond; without one there is no such bound.

    Raises:
        GankitError: The generator takes images, not noise.

    Reference:
        Brock et al. 2018, Large Scale GAN Training for High Fidelity Natural Image Synthesis,
        arXiv:1809.11096, section 3.1: the truncation trick.
    """
    latent = gan.noise_shape
    rows = np.random.default_rng(seed).standard_normal((count, *latent), dtype="float32")
    return rows if bound is None else truncated(rows, bound, seed)


def truncated(rows: np.ndarray, bound: float, seed: int | Sequence[int]) -> np.ndarray:
    """Return noise (count, …) with each number beyond a bound drawn anew, until none is."""
    rows = rows.copy()
    for number, row in enumerate(rows):
        again = np.random.default_rng([*np.atleast_1d(seed), number])
        while (beyond := np.abs(row) > bound).any():
            row[beyond] = again.standard_normal(beyond.sum(), dtype="float32")
    return rows


def draw(gan: GAN, rows: np.ndarray, labels: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Return what the generator makes of noise, (count, …).

    Args:
        gan: The game.
        rows: Noise, (count, …).
        labels: The classes, (count,); not asked for where the generator takes none.
        size: The number of samples made at a time.
    """
    parts = [
        ops.convert_to_numpy(gan.sample(rows[some], labels[some]))
        for some in slices(len(rows), size)
    ]
    return np.concatenate(parts)


def sampled_labels(count: int, classes: int) -> np.ndarray:
    """Return the class that each sample is of, where the generator takes labels, (count,)."""
    return np.arange(count, dtype="int32") % max(classes, 1)


def sheet_count(spec: DataSpec) -> int:
    """Return how many samples are on a run's sheet: 8 × 8 images, 2,500 points of a plane."""
    return 64 if len(spec.shape) == 3 else 2500


def slices(count: int, size: int) -> Iterator[slice]:
    """Yield the slices of so many rows, `size` at a time."""
    for start in range(0, count, size):
        yield slice(start, start + size)
