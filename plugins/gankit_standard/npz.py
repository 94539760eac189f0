"""Arrays of one's own."""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import gankit


def npz(
    path: str,
    images: str = "images",
    labels: str | None = None,
    classes: list[str] | None = None,
    flip: bool = False,
) -> gankit.Dataset:
    """Arrays of a `.npz` file: images or points, and their labels if there are any.

    Args:
        path: The file, as `numpy.savez` writes it.
        images: The name of the array of images, (examples, height, width, channels) or, grey,
            (examples, height, width), of uint8 or of floats in [−1, 1]; or of points, (examples,
            coordinates), of floats.
        labels: The name of the array of labels, (examples,) of integers from 0 on.
        classes: The names of the classes, in the order of the labels; their numbers if left out.
        flip: Whether an image's mirror image is as good as the image.

    Returns:
        images: Of uint8 or float32.
        labels: (examples,), where they are named.

    Raises:
        GankitError: There is no such file or array, or an array is not as it has to be.
    """
    names = [images] if labels is None else [images, labels]
    found = read_arrays(Path(path).expanduser(), names)
    arrays = {"images": _examples(found[0])}
    if labels is None:
        return gankit.Dataset(arrays, flip=flip)
    arrays["labels"] = _labels(found[1])
    return gankit.Dataset(
        arrays, classes or [str(i) for i in range(arrays["labels"].max() + 1)], flip
    )


def read_arrays(path: Path, names: Sequence[str]) -> tuple[np.ndarray, ...]:
    """Return arrays of a `.npz` file by name; nothing in it is unpickled.

    Raises:
        GankitError: There is no such file or array.
    """
    broken = (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error)
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in names if name not in file.files]
            if not missing:
                return tuple(file[name] for name in names)
            held = ", ".join(file.files)
    except broken as error:
        raise gankit.GankitError(
            f"{str(path)!r} cannot be read as arrays (seen from {Path.cwd()}): {error}",
            "give a file that numpy.savez wrote as `path`",
        ) from error
    raise gankit.GankitError(f"{str(path)!r} has no array {', '.join(missing)}. It has: {held}")


def _examples(images: np.ndarray) -> np.ndarray:
    """Return images (examples, height, width, channels), or points (examples, coordinates)."""
    images = images[..., None] if images.ndim == 3 else images
    if images.ndim not in (2, 4) or 0 in images.shape:
        raise _unfit("images (examples, height, width[, channels]) or points", images)
    if images.dtype == np.uint8 and images.ndim == 4:
        return images
    if images.dtype.kind != "f":
        raise _unfit("images of uint8 or floats, or points of floats", images)
    low, high = images.min(), images.max()
    limit = 1.0 if images.ndim == 4 else np.finfo("float32").max
    if not -limit <= low <= high <= limit:  # nor where one is not a number
        raise gankit.GankitError(
            "expected images of uint8, or of floats in [−1, 1], or points that are finite. "
            f"Received: {images.dtype} from {low:g} to {high:g}"
        )
    return images.astype("float32")


def _labels(labels: np.ndarray) -> np.ndarray:
    labels = labels.reshape(-1) if labels.shape[1:] == (1,) else labels
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not labels.size or labels.min() < 0:
        raise _unfit("labels (examples,), integers from 0 on", labels)
    return labels.astype("int32")


def _unfit(expected: str, array: np.ndarray) -> gankit.GankitError:
    return gankit.GankitError(f"expected {expected}. Received: {array.dtype} {array.shape}")
