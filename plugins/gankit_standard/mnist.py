"""MNIST and Fashion-MNIST."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import keras
import numpy as np
from pydantic import Field

import gankit
from gankit_standard.idx import read_idx
from gankit_standard.labelled import Split, downloaded, labelled
from gankit_standard.npz import read_arrays

Size = Annotated[int, Field(ge=28, le=128)]

DIGITS = tuple("0123456789")
CLOTHES = (
    "t-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle-boot",
)  # fmt: skip
FILES = "a file with x_train, y_train, x_test and y_test (.npz), or a folder of IDX files,"


def mnist(
    path: str | None = None,
    split: Split = "train",
    classes: list[str] | None = None,
    size: Size = 28,
) -> gankit.Dataset:
    """MNIST, handwritten digits, 28×28 grey (LeCun et al. 1998).

    Args:
        path: A `.npz` file as Keras has it, with `x_train`, `y_train`, `x_test` and `y_test`, or a
            folder of IDX files, compressed or not; without it Keras downloads the set once.
        split: The 60,000 images to train with, or the 10,000 to test with.
        classes: The digits to keep, e.g. `["3", "8"]`; all if left out.
        size: The edge of the images, in pixels; above 28 they get a black margin.

    Returns:
        images: (examples, size, size, 1) of uint8.
        labels: (examples,), places in `classes`.

    Raises:
        GankitError: There is no such file or class, or the set cannot be downloaded.
    """
    images, labels = _read(keras.datasets.mnist.load_data, "MNIST", path, split)
    return labelled(_pad(images, size), labels, DIGITS, classes)


def fashion_mnist(
    path: str | None = None,
    split: Split = "train",
    classes: list[str] | None = None,
    size: Size = 28,
    flip: bool = False,
) -> gankit.Dataset:
    """Fashion-MNIST, images of clothes, 28×28 grey (Xiao et al. 2017, arXiv:1708.07747).

    Args:
        path: A `.npz` file as Keras has it, with `x_train`, `y_train`, `x_test` and `y_test`, or a
            folder of IDX files, compressed or not; without it Keras downloads the set once.
        split: The 60,000 images to train with, or the 10,000 to test with.
        classes: The clothes to keep, of `t-shirt`, `trouser`, `pullover`, `dress`, `coat`,
            `sandal`, `shirt`, `sneaker`, `bag` and `ankle-boot`; all if left out.
        size: The edge of the images, in pixels; above 28 they get a black margin.
        flip: Whether an image's mirror image is as good as the image.

    Returns:
        images: (examples, size, size, 1) of uint8.
        labels: (examples,), places in `classes`.

    Raises:
        GankitError: There is no such file or class, or the set cannot be downloaded.
    """
    images, labels = _read(keras.datasets.fashion_mnist.load_data, "Fashion-MNIST", path, split)
    return labelled(_pad(images, size), labels, CLOTHES, classes, flip)


def _read(load: Callable, name: str, path: str | None, split: Split) -> tuple:
    if path is None:
        return downloaded(load, name, split, FILES)
    place = Path(path).expanduser()
    if place.is_dir():
        return tuple(read_idx(_idx_file(place, split, what)) for what in ("images", "labels"))
    return read_arrays(place, (f"x_{split}", f"y_{split}"))


def _idx_file(folder: Path, split: Split, what: str) -> Path:
    """Return e.g. train-images-idx3-ubyte.gz; some copies have a dot before idx3."""
    pattern = f"{'train' if split == 'train' else 't10k'}-{what}[-.]idx?-ubyte*"
    found = sorted(folder.rglob(pattern))
    if not found:
        raise gankit.GankitError(
            f"the folder {str(folder)!r} has no file {pattern}", f"give {FILES} as `path`"
        )
    return found[0]


def _pad(images: np.ndarray, size: int) -> np.ndarray:
    """Return images (examples, height, width) in the middle of black ones of this size."""
    if images.ndim != 3 or max(images.shape[1:]) > size:
        raise gankit.GankitError(
            f"expected grey images of at most {size} × {size}. Received: {images.shape}",
            "for arrays of other images, use the dataset `npz`",
        )
    margins = [(size - edge) // 2 for edge in images.shape[1:]]
    after = [size - edge - margin for edge, margin in zip(images.shape[1:], margins)]
    return np.pad(images, ((0, 0), *zip(margins, after)))
