"""Published sets of small labelled images: what they have in common."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

import gankit

Split = Literal["train", "test"]


def labelled(
    images: np.ndarray,
    labels: np.ndarray,
    names: Sequence[str],
    chosen: Sequence[str] | None = None,
    flip: bool = False,
) -> gankit.Dataset:
    """Return a set, or some of its classes, as a dataset.

    Args:
        images: (examples, height, width, channels) of uint8; grey ones may lack the last axis.
        labels: (examples,) of integers, places in `names`; or (examples, 1).
        names: Of all classes.
        chosen: Of the classes to keep, in the order that they get; all if None.
        flip: Whether an image's mirror image is as good as the image.

    Raises:
        GankitError: There is no such class, or these are no labelled images.
    """
    labels = np.asarray(labels).reshape(-1)
    images = images[..., None] if images.ndim == 3 else images
    _check(images, labels, len(names))
    chosen = _known(chosen or names, names)
    places = np.full(len(names), -1, dtype="int32")
    places[[names.index(name) for name in chosen]] = np.arange(len(chosen))
    labels = places[labels]
    kept = slice(None) if len(chosen) == len(names) else labels >= 0
    return gankit.Dataset({"images": images[kept], "labels": labels[kept]}, chosen, flip)


def downloaded(load: Callable, name: str, split: Split, files: str) -> tuple:
    """Return the images and labels of a split of a set that Keras downloads once and keeps.

    Args:
        load: Of `keras.datasets`.
        name: Of the set, for people.
        split: Which part of it.
        files: What can be given as `path` instead, for people.

    Raises:
        GankitError: It cannot be downloaded.
    """
    try:
        train, test = load()
    except Exception as error:  # which is all that Keras raises without a network
        raise gankit.GankitError(
            f"{name} cannot be downloaded: {error}",
            f"without a network, give {files} as `path` in the recipe's [dataset]",
        ) from error
    return train if split == "train" else test


def _known(chosen: Sequence[str], names: Sequence[str]) -> list[str]:
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise gankit.GankitError(
            f"there is no class {', '.join(map(repr, unknown))}", f"choose of {', '.join(names)}"
        )
    return list(dict.fromkeys(chosen))


def _check(images: np.ndarray, labels: np.ndarray, classes: int) -> None:
    fits = images.dtype == np.uint8 and images.ndim == 4 and len(images) == len(labels) > 0
    if not fits or labels.dtype.kind not in "iu" or not 0 <= labels.min() <= labels.max() < classes:
        raise gankit.GankitError(
            "expected images (examples, height, width[, channels]) of uint8 and as many labels, "
            f"integers from 0 to {classes - 1}. Received: {images.dtype} {images.shape} and "
            f"{labels.dtype} {labels.shape}"
        )
