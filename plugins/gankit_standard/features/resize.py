"""Images as networks want them: 8-bit, in three colours, of one size."""

import numpy as np

import gankit


def levels(examples: np.ndarray) -> np.ndarray:
    """Return images in [−1, 1] as the 8-bit ones that a file would hold, in three colours.

    Args:
        examples: (count, height, width, 1 or 3).

    Returns:
        (count, height, width, 3) of float32, whole numbers from 0 to 255.

    Raises:
        GankitError: They are no such images.
    """
    if examples.ndim != 4 or examples.shape[3] not in (1, 3):
        raise gankit.GankitError(
            "a network for images takes grey ones or such of three colours. "
            f"Received: examples of {examples.shape[1:]}",
            "--features pixels",
        )
    images = gankit.to_uint8(examples).astype("float32")
    return np.repeat(images, 3, axis=3) if examples.shape[3] == 1 else images


def resized(images: np.ndarray, size: int, weights) -> np.ndarray:
    """Return images of another size.

    Args:
        images: (count, height, width, channels).
        size: Their new edge.
        weights: Makes the matrix of an axis, `bilinear` or `bilinear_of_tensorflow_1`.
    """
    rows, columns = (weights(old, size).astype("float32") for old in images.shape[1:3])
    images = np.moveaxis(images, 3, 1)  # (count, channels, height, width)
    return np.ascontiguousarray(np.moveaxis(rows @ images @ columns.T, 1, 3))


def bilinear(old: int, new: int) -> np.ndarray:
    """Return the matrix that resizes an axis by a triangle as wide as a new pixel, (new, old).

    It is what Pillow does. Where an image shrinks, nothing of it is left out.
    """
    scale = old / new
    middles = (np.arange(new)[:, None] + 0.5) * scale
    distances = np.abs(np.arange(old) + 0.5 - middles) / max(scale, 1)
    weights = np.maximum(1 - distances, 0)
    return weights / weights.sum(axis=1, keepdims=True)


def bilinear_of_tensorflow_1(old: int, new: int) -> np.ndarray:
    """Return the matrix that resizes an axis as TensorFlow 1 did, corners not aligned, (new, old).

    Pixels are points there, whose first ones coincide; the others are moved. The FID's graph has
    it built in, so that its numbers depend on it.
    """
    places = np.arange(new) * (np.float32(old) / np.float32(new))
    below = np.minimum(places.astype(int), old - 1)
    above, share = np.minimum(below + 1, old - 1), places - below
    weights = np.zeros((new, old))
    np.add.at(weights, (np.arange(new), below), 1 - share)
    np.add.at(weights, (np.arange(new), above), share)
    return weights
