"""What published datasets of small labelled images have in common."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

import gankit

Split = Literal["train", "test"]
Arrays = tuple[np.ndarray, np.ndarray]  # images and labels
Load = Callable[[], tuple[Arrays, Arrays]]


def labelled(
    images: np.ndarray,
    labels: np.ndarray,
    names: Sequence[str],
    chosen: Sequence[str] | None = None,
    flip: bool = False,
    held_out: Arrays | None = None,
) -> gankit.Dataset:
    """Return the images of the chosen classes, in this order, or of all as a dataset.

    Images are (examples, height, width[, channels]) of uint8, labels indices into `names`;
    held-out ones, which are not trained on, are in the same form.
    """
    labels = np.asarray(labels).reshape(-1)
    images = images[..., None] if images.ndim == 3 else images
    _check(images, labels, len(names))
    chosen = _known(chosen or names, names)
    places = np.full(len(names), -1, dtype="int32")
    places[[names.index(name) for name in chosen]] = np.arange(len(chosen))
    labels = places[labels]
    kept = slice(None) if len(chosen) == len(names) else labels >= 0
    others = labelled(*held_out, names, chosen).arrays if held_out else {}
    arrays = {"images": images[kept], "labels": labels[kept]}
    return gankit.Dataset(arrays, chosen, flip, others)


def downloaded(load: Load, name: str, split: Split, files: str) -> Arrays:
    """Return the images and labels of a split, which Keras downloads once and keeps.

    The name of the dataset, and the files that `path` may be instead, are for errors.
    """
    try:
        train, test = load()
    except Exception as error:  # Keras raises no narrower one without a network
        raise gankit.GankitError(
            f"{name} cannot be downloaded: {error}",
            f"without a network, give {files} as `path` in the recipe's [dataset]",
        ) from error
    return train if split == "train" else test


def local(path: str) -> Path:
    """Return a path, whose `~` is the user's home; an error if the system refuses it."""
    try:
        place = Path(path).expanduser()
        place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return place
    except (OSError, RuntimeError, ValueError) as error:  # too long, of nobody, with a zero byte
        raise gankit.GankitError(f"{path[:200]!r} cannot be read: {error}") from error
    return place


def _known(chosen: Sequence[str], names: Sequence[str]) -> list[str]:
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise gankit.GankitError(
            f"there is no class {', '.join(map(repr, unknown))}", f"choose from {', '.join(names)}"
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
