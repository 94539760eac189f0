"""Arrays in a `.npz` file."""

import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import gankit

BROKEN = (  # what a file raises that is damaged, encrypted or lies about its size
    *(OSError, ValueError, EOFError, TypeError, MemoryError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)


def npz(
    path: str,
    images: str = "images",
    labels: str | None = None,
    classes: list[str] | None = None,
    flip: bool = False,
) -> gankit.Dataset:
    """Arrays in a `.npz` file: images or points, with or without labels.

    Args:
        path: The file, as `numpy.savez` writes it.
        images: The name of an array of images, (examples, height, width[, channels]) of uint8 or of
            floats in [−1, 1]; or of points, (examples, coordinates) of floats.
        labels: The name of an array of labels, (examples,) of integers ≥ 0.
        classes: The names of the classes, in the order of the labels; if left out, the labels that
            occur are the classes.
        flip: Whether images are mirrored left to right at random.

    Returns:
        images: As in the file, of uint8 or float32.
        labels: (examples,), if `labels` names them.

    Raises:
        GankitError: There is no such file or array, or an array does not fit.
    """
    found = read_arrays(path, [images] if labels is None else [images, labels])
    arrays = {"images": _examples(found[0])}
    if labels is None:
        return gankit.Dataset(arrays, flip=flip)
    numbers = _labels(found[1])
    if classes is None:
        classes, numbers = _numbered(numbers)
    elif numbers.max() >= len(classes):
        raise _without_name(numbers, classes)
    return gankit.Dataset({**arrays, "labels": numbers.astype("int32")}, classes, flip)


def read_arrays(path: str | Path, names: Sequence[str]) -> tuple[np.ndarray, ...]:
    """Return arrays of a `.npz` file by name, without unpickling anything."""
    try:
        with np.load(Path(path).expanduser(), allow_pickle=False) as file:
            missing = [name for name in names if name not in file.files]
            if not missing:
                return tuple(file[name] for name in names)
            available = ", ".join(file.files)
    except BROKEN as error:
        raise gankit.GankitError(
            f"{str(path)[:200]!r} cannot be read as arrays (seen from {Path.cwd()}): {error}",
            "give a file that numpy.savez wrote as `path`",
        ) from error
    raise gankit.GankitError(
        f"{str(path)!r} has no array {', '.join(missing)}. It has: {available}"
    )


def _examples(images: np.ndarray) -> np.ndarray:
    """Return images (examples, height, width, channels), or points (examples, coordinates)."""
    images = images[..., None] if images.ndim == 3 else images
    if images.ndim not in (2, 4) or 0 in images.shape:
        raise _misfit("images (examples, height, width[, channels]) or points", images)
    if images.dtype == np.uint8 and images.ndim == 4:
        return images
    if images.dtype.kind != "f":
        raise _misfit("images of uint8 or floats, or points of floats", images)
    low, high = images.min(), images.max()
    limit = 1.0 if images.ndim == 4 else np.finfo("float32").max
    if not -limit <= low <= high <= limit:  # false for NaN too
        raise gankit.GankitError(
            "expected images of uint8 or of floats in [−1, 1], or finite points. "
            f"Received: {images.dtype} from {low:g} to {high:g}"
        )
    return images.astype("float32")


def _labels(labels: np.ndarray) -> np.ndarray:
    labels = labels.reshape(-1) if labels.shape[1:] == (1,) else labels
    if labels.ndim == 2:
        hint = "are they one-hot vectors? np.argmax(labels, axis=1) makes numbers of them"
        raise _misfit("labels (examples,), integers ≥ 0", labels, hint)
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not labels.size or labels.min() < 0:
        raise _misfit("labels (examples,), integers ≥ 0", labels)
    return labels


def _numbered(labels: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return the labels that occur as names of classes, and the class of each example."""
    values, places = np.unique(labels, return_inverse=True)
    names = [str(value) for value in values]
    if values[-1] >= len(values):
        begin = "labels start at 1" if values[0] == 1 else "some labels do not occur"
        some = ", ".join(names[:8]) + ", …" * (len(names) > 8)
        print(f"warning: {begin}; the classes are those that occur: {some}", file=sys.stderr)
    return names, places


def _without_name(labels: np.ndarray, classes: Sequence[str]) -> gankit.GankitError:
    low, high = labels.min(), labels.max()
    shifted = low == 1 and high == len(classes)
    return gankit.GankitError(
        f"labels must be from 0 to {len(classes) - 1}, one for each of the {len(classes)} classes. "
        f"Received: labels from {low} to {high}",
        "labels start at 1: save labels - 1" if shifted else "name all classes, or leave them out",
    )


def _misfit(expected: str, array: np.ndarray, hint: str = "") -> gankit.GankitError:
    return gankit.GankitError(f"expected {expected}. Received: {array.dtype} {array.shape}", hint)
