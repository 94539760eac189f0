"""The scores of a folder of pictures against another."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

import gankit
from gankit.errors import GankitError
from gankit.images import image_files
from gankit.part import Part
from gankit.plugins import Catalogue
from gankit.scoring.evaluate import Provenance, Scores, evaluate
from gankit.scoring.examples import choose, in_range
from gankit.scoring.features import features as features_named


def score(
    real: Path,
    generated: Path,
    metrics: Mapping[str, Part],
    features: str,
    count: int,
    seed: int,
    held_out: np.ndarray | None = None,
    weights: Path | None = None,
    download: bool = False,
    backend: str = "no backend",
    catalogue: Catalogue | None = None,
) -> Scores:
    """Return the scores of the pictures in one folder against those in another.

    Args:
        real: The folder of real pictures.
        generated: The folder of generated ones.
        metrics: By name.
        features: Their name.
        count: Of pictures to read of either folder, at most; they are chosen by lot.
        seed: Of this choice.
        held_out: Real pictures that were not trained on.
        weights: A file of the weights of the features' network.
        download: Whether such weights may be downloaded.
        backend: What this network runs on.
        catalogue: The parts that there are; those that are installed if left out.

    Raises:
        GankitError: A folder cannot be read, or pictures are of different sizes.
    """
    extractor = features_named(features, None, weights, download, catalogue)
    one, other = read(real, count, seed), read(generated, count, seed)
    if one.shape[1:] != other.shape[1:]:
        raise GankitError(
            f"the pictures are of different sizes: {_size(one)} in {real}, {_size(other)} in "
            f"{generated}",
            "bring them to one size first: a score depends on how they are resized",
        )
    describe = partial(
        Provenance,
        real=str(real),
        generated=str(generated),
        averaged=None,
        seed=seed,
        backend=backend,
        gankit=gankit.__version__,
        split="the folder",
    )
    return evaluate(metrics, extractor, one, other, describe, held_out)


def read(folder: Path, count: int | None = None, seed: int = 0) -> np.ndarray:
    """Return the pictures of a folder, its sub-folders included, as floats in [−1, 1].

    Args:
        folder: All of its pictures must be of one size, and all grey or all in colour.
        count: How many to read at most; all if None.
        seed: Of the choice of these.

    Raises:
        GankitError: There are none, or they are of different sizes, or one is broken.
    """
    files = image_files(folder)
    if len(files) < 2:
        raise GankitError(f"{folder} holds {len(files)} pictures; scores need more")
    if count is not None and count < len(files):
        files = [files[place] for place in choose(count, len(files), seed)]
    pictures = [_read(file) for file in files]
    shapes = {picture.shape for picture in pictures}
    if len(shapes) > 1:
        found = ", ".join(" × ".join(map(str, shape)) for shape in sorted(shapes)[:3])
        raise GankitError(f"the pictures in {folder} are of different sizes: {found}")
    return in_range(np.stack(pictures))


def _read(file: Path) -> np.ndarray:
    try:
        with Image.open(file) as image:
            grey = image.mode in ("1", "L", "I;16")
            pixels = np.asarray(image.convert("L" if grey else "RGB"))
    except (OSError, ValueError) as error:
        raise GankitError(f"the picture {file} cannot be read: {error}") from error
    return pixels[..., None] if grey else pixels


def _size(pictures: np.ndarray) -> str:
    return " × ".join(map(str, pictures.shape[1:]))
