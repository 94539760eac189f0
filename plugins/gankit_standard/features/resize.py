"""Images as networks take them: 8-bit, RGB, of one size."""

from collections.abc import Callable

import numpy as np

import gankit


def levels(examples: np.ndarray) -> np.ndarray:
    """Return images (count, height, width, 1 or 3) in [−1, 1] as RGB, with levels from 0 to 255.

    They are whole numbers in float32, as if the images had been saved in files.
    """
    if examples.ndim != 4 or examples.shape[3] not in (1, 3):
        raise gankit.GankitError(
            f"these features need images with 1 or 3 channels. Received: {examples.shape[1:]}",
            "--features pixels",
        )
    images = gankit.to_uint8(examples).astype("float32")
    return np.repeat(images, 3, axis=3) if examples.shape[3] == 1 else images


def resized(images: np.ndarray, size: int, weights: Callable[[int, int], np.ndarray]) -> np.ndarray:
    """Return images (count, height, width, channels) of another size.

    `weights`, one of the functions below, returns the matrix that resizes an axis.
    """
    rows, columns = (weights(old, size).astype("float32") for old in images.shape[1:3])
    images = np.moveaxis(images, 3, 1)  # (count, channels, height, width)
    return np.ascontiguousarray(np.moveaxis(rows @ images @ columns.T, 1, 3))


def bilinear(old: int, new: int) -> np.ndarray:
    """Return the matrix that resizes an axis as Pillow does, (new, old).

    Each new pixel is a mean of old ones, with weights that fall linearly with the distance of the
    centres, to 0 at one pixel of the coarser axis.
    """
    scale = old / new
    centres = (np.arange(new)[:, None] + 0.5) * scale
    distances = np.abs(np.arange(old) + 0.5 - centres) / max(scale, 1)
    weights = np.maximum(1 - distances, 0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def bilinear_of_tensorflow_1(old: int, new: int) -> np.ndarray:
    """Return the matrix that resizes an axis as TensorFlow 1 did, corners not aligned, (new, old).

    Pixels are points there, and the first old and new ones coincide. It is part of the FID's graph,
    so that its value depends on it.
    """
    places = np.arange(new) * (np.float32(old) / np.float32(new))
    below = np.minimum(places.astype(int), old - 1)
    above, fraction = np.minimum(below + 1, old - 1), places - below
    weights = np.zeros((new, old))
    np.add.at(weights, (np.arange(new), below), 1 - fraction)
    np.add.at(weights, (np.arange(new), above), fraction)
    return weights
