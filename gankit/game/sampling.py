"""Samples of a generator; a seed gives the same noise on every backend."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from keras import ops

from gankit.data.dataset import Dataset, DataSpec
from gankit.data.scaling import from_uint8
from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.game.networks import conditions

Given = Mapping[str, np.ndarray]

SIZE = 64  # samples made at a time


def sample(gan: GAN, count: int, seed: int, given: Given | None = None) -> np.ndarray:
    """Return samples of standard normal noise, (count, …).

    Args:
        gan: The game.
        count: The number of samples.
        seed: Of the noise.
        given: The other inputs of the generator by name, (count, …) each, as `conditions_of` has.

    Raises:
        GankitError: The generator takes images, not noise, or an input that is not given.
    """
    return draw(gan, noise(gan, count, seed), given or {})


def conditions_of(gan: GAN, dataset: Dataset, count: int, seed: int) -> dict[str, np.ndarray]:
    """Return the inputs of the generator after the noise by name, (count, …) each.

    If labels are the only one, sample i is of class i modulo the number of classes. Otherwise they
    are those of examples that the seed chooses; row i of a seed is the same for every count.
    """
    _ = gan.noise_shape  # raises if the generator takes images
    names = conditions(gan.networks["generator"])
    if names in ((), ("labels",)):
        return {name: sampled_labels(count, len(dataset.classes)) for name in names}
    return rows_of(dataset, names, chosen(np.arange(len(dataset)), count, seed))


def chosen(places: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return places of examples that the seed chooses, (count,)."""
    return np.asarray(places[np.random.default_rng([seed, 1]).integers(len(places), size=count)])


def rows_of(dataset: Dataset, names: Iterable[str], places: np.ndarray) -> dict[str, np.ndarray]:
    """Return some arrays of the data at these places, images in [−1, 1]."""
    return {name: from_uint8(np.asarray(dataset.arrays[name])[places]) for name in names}


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


def draw(gan: GAN, rows: np.ndarray, given: Given, size: int = SIZE) -> np.ndarray:
    """Return the samples of noise (count, …), with the generator's other inputs by name.

    Raises:
        GankitError: The generator has several outputs, or an input that is not given.
    """
    if len(gan.networks["generator"].outputs) > 1:
        raise GankitError(
            "the generator has several outputs, but a sample is a single one",
            'give the name "generator" to a network with one output; networks may share layers',
        )
    parts = (
        gan.sample(rows[some], given={name: x[some] for name, x in given.items()})
        for some in slices(len(rows), size)
    )
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
