"""The images of folders, to score one against another."""

from pathlib import Path

import numpy as np
from PIL import Image

from gankit.data.image_files import image_files
from gankit.data.images import read_image
from gankit.data.scaling import from_uint8
from gankit.errors import GankitError
from gankit.scoring.evaluate import Examples, Source
from gankit.scoring.examples import choose


def folder_examples(real: Path, generated: Path, count: int, seed: int, backend: str) -> Examples:
    """Return at most `count` images each of a folder of real and a folder of generated images.

    Raises:
        GankitError: A folder cannot be read, or image sizes differ.
    """
    one, other = read_folder(real, count, seed), read_folder(generated, count, seed)
    if one.shape[1:] != other.shape[1:]:
        raise GankitError(
            f"image sizes differ: {_size(one[0])} in {real}, {_size(other[0])} in {generated}",
            "resize the images first: scores depend on how that is done",
        )
    source = Source(str(real), "the folder", str(generated), None, seed, backend)
    return Examples(one, other, source)


def read_folder(folder: Path, count: int | None = None, seed: int = 0) -> np.ndarray:
    """Return the images of a folder and its subfolders, in [−1, 1].

    They must have one size, and be all grey or all in colour. At most `count` are chosen by the
    seed.

    Raises:
        GankitError: There are fewer than two images, sizes differ, or a file is broken.
    """
    files = image_files(folder)
    if len(files) < 2:
        raise GankitError(f"{folder} holds {len(files)} images; scores need at least 2")
    if count is not None and count < len(files):
        files = [files[place] for place in choose(count, len(files), seed)]
    images = [_read(file) for file in files]
    sizes = sorted({_size(image) for image in images})
    if len(sizes) > 1:
        raise GankitError(f"image sizes differ in {folder}: {', '.join(sizes[:3])}")
    return from_uint8(np.stack(images))


def _read(file: Path) -> np.ndarray:
    try:
        return read_image(file)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise GankitError(f"the image {file} cannot be read: {error}") from error


def _size(image: np.ndarray) -> str:
    return " × ".join(map(str, image.shape))
