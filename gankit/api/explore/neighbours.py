"""Samples beside the training examples that are nearest to them: are they memorised?"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gankit.api.generator import Generator
from gankit.data.scaling import from_uint8, to_uint8
from gankit.errors import GankitError
from gankit.pictures import sheets
from gankit.pictures.captions import captioned
from gankit.progress_bar import progress
from gankit.scoring.examples import choose
from gankit.scoring.features import Features
from gankit.scoring.features import features as features_named

CHUNK = 512  # training examples that are looked at together
REALS = 100  # whose distances samples are compared with

Measure = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Nearest:
    """The nearest training examples by one distance.

    Args:
        places: Of each sample's, in the data, (count,).
        distances: Of each sample from it, (count,).
        of_reals: The distances of real examples from their nearest others, (reals,).
    """

    places: np.ndarray
    distances: np.ndarray
    of_reals: np.ndarray

    @property
    def nearer_reals(self) -> np.ndarray:
        """The share of the real examples that are nearer to the data than each sample, (count,).

        For samples like new examples it is 0 to 1 evenly; a memorised one has 0.
        """
        return np.asarray(np.mean(self.of_reals[None] < self.distances[:, None], axis=1))


@dataclass(frozen=True)
class Neighbours:
    """Samples and their nearest training examples; a notebook shows them as a sheet.

    Args:
        samples: Images of uint8, or points, (count, …).
        by: What was found by L1, `l1`, the mean difference of a pixel in levels of 0 to 255, and by
            the Euclidean distance of the features, under their name.
        found: The training examples, by the same names, (count, …).
        reals: Which real examples the samples are compared with.
        sheet: All of it as an image.
    """

    samples: np.ndarray
    by: dict[str, Nearest]
    found: dict[str, np.ndarray]
    reals: str
    sheet: Image.Image

    def _repr_png_(self) -> bytes:
        return sheets.png(self.sheet)


def nearest(
    run: str | os.PathLike[str] | Generator,
    count: int = 8,
    seed: int = 0,
    features: str = "pixels",
    held_out: str | os.PathLike[str] | None = None,
) -> Neighbours:
    """Return samples beside the training examples that are nearest to them, and how near.

    A distance alone says nothing. So the same is measured for real examples that the generator was
    not trained on; or, without such, for 100 of the data among all others.

    Args:
        run: The run's folder, or its opened generator.
        count: How many samples.
        seed: Of the noise, and of the choice of real examples.
        features: The name of the features of the second distance.
        held_out: A folder of real images that were not trained on.

    Raises:
        GankitError: It is no run, its data is no longer there, or the images held out are of
            another size.
    """
    generator = Generator.open(run)
    from gankit.scoring.examples import labelled  # after the run's backend was chosen

    extractor = features_named(features, labelled(generator.dataset))
    data = generator.dataset.arrays["images"]
    samples = _as(data, generator.draw(generator.noise(count, seed), generator.labels((), count)))
    reals, own, whose = _reals(generator, held_out, seed)
    queries = np.concatenate([samples, reals])
    own = np.concatenate([np.full(count, -1), own])
    measures = {"l1": l1(queries), features: euclidean(queries, extractor)}
    found = search(data, measures, own)
    by = {
        name: Nearest(places[:count], distances[:count], distances[count:])
        for name, (places, distances) in found.items()
    }
    shown = {name: np.asarray(data[nearest.places]) for name, nearest in by.items()}
    return Neighbours(samples, by, shown, whose, _sheet(generator, samples, by, shown))


def search(
    data: np.ndarray, measures: dict[str, Measure], own: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the place of the nearest example to each query, and its distance, for each measure.

    The data is read once, a chunk at a time.

    Args:
        data: (examples, …).
        measures: Each returns the distances of all queries from a chunk, (queries, chunk).
        own: The place of the example that a query is itself, −1 where it is none, (queries,).
    """
    places = {name: np.full(len(own), -1) for name in measures}
    best = {name: np.full(len(own), np.inf) for name in measures}
    starts = range(0, len(data), CHUNK)
    with progress("comparing with the data", len(data)) as advance:
        for start in starts:
            chunk = np.asarray(data[start : start + CHUNK])
            itself = own[:, None] == start + np.arange(len(chunk))
            for name, measure in measures.items():
                distances = np.where(itself, np.inf, measure(chunk))
                nearest, least = distances.argmin(axis=1), distances.min(axis=1)
                closer = least < best[name]
                places[name] = np.where(closer, start + nearest, places[name])
                best[name] = np.where(closer, least, best[name])
            advance(len(chunk))
    return {name: (places[name], best[name]) for name in measures}


def l1(queries: np.ndarray) -> Measure:
    """Return the measure of the mean absolute difference from queries (count, …)."""
    flat = queries.reshape(len(queries), -1)

    def measure(chunk: np.ndarray) -> np.ndarray:
        rows = chunk.reshape(len(chunk), -1)
        # of uint8 too: no difference is below 0, and none is cut off
        return np.stack(
            [np.mean(np.maximum(rows, q) - np.minimum(rows, q), axis=1, dtype="f8") for q in flat]
        )

    return measure


def euclidean(queries: np.ndarray, features: Features) -> Measure:
    """Return the measure of the distance from queries (count, …) by features."""
    mine = np.asarray(features.extract(from_uint8(queries)), "float64")

    def measure(chunk: np.ndarray) -> np.ndarray:
        theirs = np.asarray(features.extract(from_uint8(chunk)), "float64")
        squares = np.sum(mine**2, axis=1)[:, None] + np.sum(theirs**2, axis=1)
        return np.asarray(np.sqrt(np.maximum(squares - 2 * mine @ theirs.T, 0)))

    return measure


def _as(data: np.ndarray, examples: np.ndarray) -> np.ndarray:
    """Return examples in [−1, 1] as the data has them."""
    return to_uint8(examples) if data.dtype == np.uint8 else examples.astype(data.dtype)


def _reals(
    generator: Generator, held_out: str | os.PathLike[str] | None, seed: int
) -> tuple[np.ndarray, np.ndarray, str]:
    """Return the real examples to compare with, their places in the data, and what they are."""
    data = generator.dataset.arrays["images"]
    if held_out is None:
        places = choose(REALS, len(data), seed)
        return np.asarray(data[places]), places, f"{len(places)} of the data, each among the others"
    from gankit.scoring.folders import read_folder

    reals = read_folder(Path(held_out), REALS, seed)
    if reals.shape[1:] != data.shape[1:]:
        sizes = [" × ".join(map(str, x.shape[1:])) for x in (reals, data)]
        raise GankitError(
            f"the images in {held_out} are {sizes[0]}, and those trained on are {sizes[1]}",
            "bring them to the same size, grey or in colour, as the data was",
        )
    return _as(data, reals), np.full(len(reals), -1), f"{len(reals)} of {held_out}"


def _sheet(
    generator: Generator,
    samples: np.ndarray,
    by: Mapping[str, Nearest],
    found: Mapping[str, np.ndarray],
) -> Image.Image:
    """Return the samples, and below each its nearest by each distance."""
    if not generator.draws_images:
        return sheets.scatter(samples, generator.real(slice(2500)))
    words = [f"sample {number}" for number in range(len(samples))]
    words += [f"{name} {value:.3g}" for name in by for value in by[name].distances]
    return captioned(np.concatenate([samples, *found.values()]), words, len(samples))
