"""MNIST and Fashion-MNIST."""

from pathlib import Path
from typing import Annotated

import keras
import numpy as np
from pydantic import Field

import gankit
from gankit_standard.idx import read_idx
from gankit_standard.labelled import Arrays, Load, Split, downloaded, labelled, local
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
    """MNIST, handwritten digits, 28×28 in grey (LeCun et al. 1998).

    Args:
        path: A `.npz` file with `x_train`, `y_train`, `x_test` and `y_test`, like that of Keras, or
            a folder of IDX files, compressed or not; if left out, Keras downloads it once.
        split: The 60,000 training images, or the 10,000 test images.
        classes: The digits to keep, such as `["3", "8"]`; all if left out.
        size: The edge of the images, in pixels; above 28, they get a black margin.

    Returns:
        images: (examples, size, size, 1) of uint8.
        labels: (examples,), indices into `classes`.

    Raises:
        GankitError: There is no such file or class, or the download fails.
    """
    source = (keras.datasets.mnist.load_data, "MNIST", path)
    images, labels = _read(*source, split, size)
    held_out = _held_out(*source, split, size)
    return labelled(images, labels, DIGITS, classes, held_out=held_out)


def fashion_mnist(
    path: str | None = None,
    split: Split = "train",
    classes: list[str] | None = None,
    size: Size = 28,
    flip: bool = False,
) -> gankit.Dataset:
    """Fashion-MNIST, images of clothes, 28×28 in grey (Xiao et al. 2017, arXiv:1708.07747).

    Args:
        path: A `.npz` file with `x_train`, `y_train`, `x_test` and `y_test`, like that of Keras, or
            a folder of IDX files, compressed or not; if left out, Keras downloads it once.
        split: The 60,000 training images, or the 10,000 test images.
        classes: Those to keep, of `t-shirt`, `trouser`, `pullover`, `dress`, `coat`, `sandal`,
            `shirt`, `sneaker`, `bag` and `ankle-boot`; all if left out.
        size: The edge of the images, in pixels; above 28, they get a black margin.
        flip: Whether images are mirrored left to right at random.

    Returns:
        images: (examples, size, size, 1) of uint8.
        labels: (examples,), indices into `classes`.

    Raises:
        GankitError: There is no such file or class, or the download fails.
    """
    source = (keras.datasets.fashion_mnist.load_data, "Fashion-MNIST", path)
    images, labels = _read(*source, split, size)
    held_out = _held_out(*source, split, size)
    return labelled(images, labels, CLOTHES, classes, flip, held_out)


def _read(load: Load, name: str, path: str | None, split: Split, size: int) -> Arrays:
    if path is None:
        images, labels = downloaded(load, name, split, FILES)
    elif (place := local(path)).is_dir():
        images, labels = (read_idx(_idx_file(place, split, what)) for what in ("images", "labels"))
    else:
        images, labels = read_arrays(place, (f"x_{split}", f"y_{split}"))
    return _pad(images, size), labels


def _held_out(load: Load, name: str, path: str | None, split: Split, size: int) -> Arrays | None:
    """Return the test images and labels if the training images are trained on."""
    if split != "train":
        return None
    try:
        return _read(load, name, path, "test", size)
    except gankit.GankitError:
        return None  # a file may have the training images only


def _idx_file(folder: Path, split: Split, what: str) -> Path:
    """Return a file such as train-images-idx3-ubyte.gz.

    Some copies have a dot before idx3, or the file in a folder of the same name.
    """
    pattern = f"{'train' if split == 'train' else 't10k'}-{what}[-.]idx?-ubyte*"
    found = sorted(file for file in folder.rglob(pattern) if file.is_file())
    if not found:
        raise gankit.GankitError(
            f"the folder {str(folder)!r} has no file {pattern}", f"give {FILES} as `path`"
        )
    return found[0]


def _pad(images: np.ndarray, size: int) -> np.ndarray:
    """Return images (examples, height, width) padded with black to a size."""
    if images.ndim != 3 or max(images.shape[1:]) > size:
        raise gankit.GankitError(
            f"expected grey images of at most {size} × {size}. Received: {images.shape}",
            "for other arrays of images, use the dataset `npz`",
        )
    margins = [(size - edge) // 2 for edge in images.shape[1:]]
    after = [size - edge - margin for edge, margin in zip(images.shape[1:], margins)]
    return np.pad(images, ((0, 0), *zip(margins, after)))
