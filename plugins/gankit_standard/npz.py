"""Arrays in a `.npz` file."""

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
    """Arrays in a `.npz` file: images or points, with or without labels.

    Args:
        path: The file, as `numpy.savez` writes it.
        images: The name of an array of images, (examples, height, width[, channels]) of uint8 or of
            floats in [−1, 1]; or of points, (examples, coordinates) of floats.
        labels: The name of an array of labels, (examples,) of integers ≥ 0.
        classes: The names of the classes, in the order of the labels; numbers if left out.
        flip: Whether images are mirrored left to right at random.

    Returns:
        images: As in the file, of uint8 or float32.
        labels: (examples,), if `labels` names them.

    Raises:
        GankitError: There is no such file or array, or an array does not fit.
    """
    found = read_arrays(Path(path).expanduser(), [images] if labels is None else [images, labels])
    arrays = {"images": _examples(found[0])}
    if labels is None:
        return gankit.Dataset(arrays, flip=flip)
    arrays["labels"] = _labels(found[1])
    names = classes or [str(i) for i in range(arrays["labels"].max() + 1)]
    return gankit.Dataset(arrays, names, flip)


def read_arrays(path: Path, names: Sequence[str]) -> tuple[np.ndarray, ...]:
    """Return arrays of a `.npz` file by name, without unpickling anything."""
    broken = (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error)
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in names if name not in file.files]
            if not missing:
                return tuple(file[name] for name in names)
            available = ", ".join(file.files)
    except broken as error:
        raise gankit.GankitError(
            f"{str(path)!r} cannot be read as arrays (seen from {Path.cwd()}): {error}",
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
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not labels.size or labels.min() < 0:
        raise _misfit("labels (examples,), integers ≥ 0", labels)
    return labels.astype("int32")


def _misfit(expected: str, array: np.ndarray) -> gankit.GankitError:
    return gankit.GankitError(f"expected {expected}. Received: {array.dtype} {array.shape}")
