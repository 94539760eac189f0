"""Samples beside their nearest training examples: are they memorised?"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.spatial.distance import cdist

from gankit.api.generator import Generator, RunOrGenerator
from gankit.data.scaling import from_uint8, to_uint8
from gankit.errors import GankitError
from gankit.pictures import sheets
from gankit.pictures.captions import captioned
from gankit.progress_bar import progress
from gankit.recipe.settings import DEFAULT_FEATURES
from gankit.scoring.examples import choose, labelled
from gankit.scoring.features import Features
from gankit.scoring.features import features as features_named
from gankit.scoring.folders import read_folder

CHUNK = 512  # training examples compared at a time
REALS = 100  # real examples that samples are compared with

Distance = Callable[[np.ndarray], np.ndarray]  # from a chunk to (queries, chunk)


@dataclass(frozen=True)
class Nearest:
    """The nearest training examples by one distance."""

    places: np.ndarray  # the index of each sample's nearest example, (count,)
    distances: np.ndarray  # each sample's distance from it, (count,)
    of_reals: np.ndarray  # the distances of real examples from their nearest others, (reals,)

    @property
    def nearer_reals(self) -> np.ndarray:
        """The fraction of real examples that are nearer to the data than each sample, (count,).

        It is uniform between 0 and 1 for samples like new examples, and 0 for a memorised one.
        """
        return np.asarray(np.mean(self.of_reals[None] < self.distances[:, None], axis=1))


@dataclass(frozen=True)
class Neighbours:
    """Samples and their nearest training examples; a notebook shows them as a sheet.

    Args:
        samples: Images of uint8, or points, (count, …).
        by: The results by distance: `l1`, the mean difference per pixel in levels of 0 to 255, and
            the Euclidean distance of features, by their name.
        found: The nearest training examples, by the same names, (count, …).
        reals: Which real examples the samples are compared with.
        sheet: The samples and the examples as one image.
    """

    samples: np.ndarray
    by: dict[str, Nearest]
    found: dict[str, np.ndarray]
    reals: str
    sheet: Image.Image

    def _repr_png_(self) -> bytes:
        return sheets.png(self.sheet)


def nearest(
    run: RunOrGenerator,
    count: int = 8,
    seed: int = 0,
    features: str = DEFAULT_FEATURES,
    held_out: str | os.PathLike[str] | None = None,
) -> Neighbours:
    """Return samples beside their nearest training examples, and the distances.

    For comparison, the same is measured for held-out real examples; without any, for 100 training
    examples among all others.

    Args:
        run: The run's folder, or its opened generator.
        count: The number of samples.
        seed: The seed of the noise and of the choice of real examples.
        features: The features of the second distance.
        held_out: A folder of real images that were not trained on.

    Raises:
        GankitError: It is not a run, its data is missing, or held-out images have another size.
    """
    generator = Generator.open(run)
    extractor = features_named(features, labelled(generator.dataset))
    data = generator.dataset.arrays["images"]
    samples = _as(data, generator.draw(generator.noise(count, seed), generator.labels((), count)))
    reals, own, origin = _reals(generator, held_out, seed)
    queries = np.concatenate([samples, reals])
    own = np.concatenate([np.full(count, -1), own])
    found = search(data, {"l1": l1(queries), features: euclidean(queries, extractor)}, own)
    by = {
        name: Nearest(places[:count], distances[:count], distances[count:])
        for name, (places, distances) in found.items()
    }
    examples = {name: np.asarray(data[nearest.places]) for name, nearest in by.items()}
    return Neighbours(samples, by, examples, origin, _sheet(generator, samples, by, examples))


def search(
    data: np.ndarray, distances: Mapping[str, Distance], own: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the index of the nearest example to each query, and its distance, by each distance.

    The data is read once, in chunks. `own` (queries,) is the index of the example that a query
    itself is, or −1.
    """
    places = {name: np.full(len(own), -1) for name in distances}
    best = {name: np.full(len(own), np.inf) for name in distances}
    with progress("comparing with the data", len(data)) as advance:
        for start in range(0, len(data), CHUNK):
            chunk = np.asarray(data[start : start + CHUNK])
            itself = own[:, None] == start + np.arange(len(chunk))
            for name, distance in distances.items():
                found = np.where(itself, np.inf, distance(chunk))
                nearest, least = found.argmin(axis=1), found.min(axis=1)
                closer = least < best[name]
                places[name] = np.where(closer, start + nearest, places[name])
                best[name] = np.where(closer, least, best[name])
            advance(len(chunk))
    return {name: (places[name], best[name]) for name in distances}


def l1(queries: np.ndarray) -> Distance:
    """Return the mean absolute difference from queries (count, …)."""
    rows = queries.reshape(len(queries), -1)
    return lambda chunk: np.asarray(
        cdist(rows, chunk.reshape(len(chunk), -1), "cityblock") / rows.shape[1]
    )


def euclidean(queries: np.ndarray, features: Features) -> Distance:
    """Return the Euclidean distance of features from those of queries (count, …)."""
    rows = features.extract(from_uint8(queries))
    return lambda chunk: np.asarray(cdist(rows, features.extract(from_uint8(chunk))))


def _as(data: np.ndarray, examples: np.ndarray) -> np.ndarray:
    """Return examples in the data's type."""
    return to_uint8(examples) if data.dtype == np.uint8 else examples.astype(data.dtype)


def _reals(
    generator: Generator, held_out: str | os.PathLike[str] | None, seed: int
) -> tuple[np.ndarray, np.ndarray, str]:
    """Return the real examples to compare with, their indices in the data, and their origin."""
    data = generator.dataset.arrays["images"]
    if held_out is None:
        places = choose(REALS, len(data), seed)
        return np.asarray(data[places]), places, f"{len(places)} of the data, each among the others"
    reals = read_folder(Path(held_out), REALS, seed)
    if reals.shape[1:] != data.shape[1:]:
        sizes = [" × ".join(map(str, x.shape[1:])) for x in (reals, data)]
        raise GankitError(
            f"image sizes differ: {sizes[0]} in {held_out}, {sizes[1]} in the training data",
            "give the images the size and colours of the training data",
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
        return sheets.sheet(samples, generator.behind, generator.show)
    words = [f"sample {number}" for number in range(len(samples))]
    words += [
        f"nearest by {_title(name)}: {value:.3g}" for name in by for value in by[name].distances
    ]
    return captioned(np.concatenate([samples, *found.values()]), words, len(samples))


def _title(distance: str) -> str:
    return "L1" if distance == "l1" else distance
