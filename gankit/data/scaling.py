"""From uint8 images to values in [−1, 1], and back."""

from typing import Any

import numpy as np

HALF = np.float32(127.5)


def from_uint8(images: np.ndarray) -> np.ndarray:
    """Return uint8 images as float32 in [−1, 1]; other arrays as they are."""
    return images / HALF - 1 if images.dtype == np.uint8 else images


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Return images in [−1, 1] as uint8; values outside are clipped, NaN becomes 0.

    It undoes `from_uint8` exactly.
    """
    values = np.asarray(images, dtype="float32")
    levels = np.rint(np.clip(values, -1, 1) * HALF + HALF)
    return np.where(np.isnan(levels), 0, levels).astype("uint8")


def as_uint8(images: np.ndarray) -> np.ndarray:
    """Return images as uint8: those of floats converted, those of uint8 as they are."""
    return images if images.dtype == np.uint8 else to_uint8(images)


def tensor_from_uint8(array: Any) -> Any:
    """Return uint8 images as a float32 tensor in [−1, 1]; other arrays as a tensor."""
    from keras import backend, ops  # reports scale images without Keras

    x = ops.convert_to_tensor(array)
    if backend.standardize_dtype(x.dtype) != "uint8":
        return x
    return ops.cast(x, "float32") / HALF - 1.0
