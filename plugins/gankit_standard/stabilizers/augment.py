"""Random changes to images (batch, height, width, channels), each image by its own draw.

All of them can be differentiated twice.
"""

from typing import Any

from keras import ops
from keras.random import SeedGenerator

import gankit


def check_images(name: str, images: Any) -> None:
    """Raise a `GankitError` for the stabilizer of this name unless images are images."""
    if len(images.shape) != 4:
        raise gankit.GankitError(
            f"{name} needs images, (batch, height, width, channels). "
            f"Received: {tuple(images.shape)}",
            "for other data: gankit show instance-noise",
        )


def uniform(images: Any, low: float, high: float, seed: SeedGenerator) -> Any:
    """Return a number from [low, high) for each image, (batch, 1, 1, 1)."""
    shape = (ops.shape(images)[0], 1, 1, 1)
    return gankit.random.uniform(shape, low, high, seed=seed)


def recoloured(images: Any, brightness: Any, saturation: Any, contrast: Any) -> Any:
    """Return images of another brightness, saturation and contrast.

    Brightness is added. Saturation and contrast are the fractions by which pixels move away from
    their grey and from the mean of their image; −1 leaves only these.
    """
    images = images + brightness
    images = images + saturation * (images - ops.mean(images, axis=3, keepdims=True))
    return images + contrast * (images - ops.mean(images, axis=(1, 2, 3), keepdims=True))


def flipped(images: Any, seed: SeedGenerator) -> Any:
    """Return images, half of them mirrored left to right."""
    return ops.where(uniform(images, 0, 1, seed) < 0.5, ops.flip(images, axis=2), images)


def translated(images: Any, fraction: float, seed: SeedGenerator, edge: bool = False) -> Any:
    """Return images moved by up to a fraction of their size; around them is grey, or their edge."""
    rows, columns = (_shifts(images, size, fraction, seed, edge) for size in images.shape[1:3])
    images = ops.einsum("bij,bjwc->biwc", rows, images)
    return ops.einsum("bij,bhjc->bhic", columns, images)


def holes(images: Any, fraction: float, seed: SeedGenerator) -> Any:
    """Return 1 in a hole of a fraction of each image's size, else 0, (batch, height, width, 1)."""
    rows, columns = (_gaps(images, size, fraction, seed) for size in images.shape[1:3])
    return rows[:, :, None, None] * columns[:, None, :, None]


def _shifts(images: Any, size: int, fraction: float, seed: SeedGenerator, edge: bool) -> Any:
    """Return matrices (batch, i, j) that shift an axis of each image."""
    reach = round(size * fraction)
    by = ops.floor(uniform(images, -reach, reach + 1, seed))[..., 0]
    places = ops.arange(size, dtype="float32")
    sources = places[None, :, None] - by
    sources = ops.clip(sources, 0, size - 1) if edge else sources
    return ops.cast(places[None, None, :] == sources, "float32")


def _gaps(images: Any, size: int, fraction: float, seed: SeedGenerator) -> Any:
    """Return 1 where an axis of each image has its hole, (batch, size)."""
    side = round(size * fraction)
    start = ops.floor(uniform(images, 0, size + 1 - side % 2, seed))[..., 0, 0] - side // 2
    places = ops.arange(size, dtype="float32")[None]
    return ops.cast(ops.logical_and(places >= start, places < start + side), "float32")
