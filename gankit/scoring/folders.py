"""The scores of a folder of images against another."""

from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

import gankit
from gankit.data.images import image_files
from gankit.data.scaling import from_uint8
from gankit.errors import GankitError
from gankit.scoring.evaluate import Provenance, Scores, evaluate
from gankit.scoring.examples import choose
from gankit.scoring.request import Request


def score_folders(real: Path, generated: Path, request: Request, backend: str) -> Scores:
    """Return the scores of the images in one folder against those in another.

    Args:
        real: The folder of real images.
        generated: The folder of generated ones.
        request: What to score by; `count` images of each folder at most, chosen at random.
        backend: What the features' network runs on, for the provenance.

    Raises:
        GankitError: A folder cannot be read, or images are of different sizes.
    """
    extractor, count, seed = request.make_features(), request.count, request.seed
    one, other = read_folder(real, count, seed), read_folder(generated, count, seed)
    if one.shape[1:] != other.shape[1:]:
        raise GankitError(
            f"the images are of different sizes: {_size(one)} in {real}, {_size(other)} in "
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
    held_out = request.held_out and read_folder(request.held_out)
    return evaluate(request.metrics, extractor, one, other, describe, held_out)


def read_folder(folder: Path, count: int | None = None, seed: int = 0) -> np.ndarray:
    """Return the images of a folder, its sub-folders included, as floats in [−1, 1].

    Args:
        folder: All of its images must be of one size, and all grey or all in colour.
        count: How many to read at most; all if None.
        seed: Of the choice of these.

    Raises:
        GankitError: There are none, or they are of different sizes, or one is broken.
    """
    files = image_files(folder)
    if len(files) < 2:
        raise GankitError(f"{folder} holds {len(files)} images; scores need more")
    if count is not None and count < len(files):
        files = [files[place] for place in choose(count, len(files), seed)]
    images = [_read(file) for file in files]
    shapes = {image.shape for image in images}
    if len(shapes) > 1:
        found = ", ".join(" × ".join(map(str, shape)) for shape in sorted(shapes)[:3])
        raise GankitError(f"the images in {folder} are of different sizes: {found}")
    return from_uint8(np.stack(images))


def _read(file: Path) -> np.ndarray:
    try:
        with Image.open(file) as image:
            grey = image.mode in ("1", "L", "I;16")
            pixels = np.asarray(image.convert("L" if grey else "RGB"))
    except (OSError, ValueError) as error:
        raise GankitError(f"the image {file} cannot be read: {error}") from error
    return pixels[..., None] if grey else pixels


def _size(images: np.ndarray) -> str:
    return " × ".join(map(str, images.shape[1:]))
