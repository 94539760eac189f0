"""What may be done to images (batch, height, width, channels), to each by its own draw.

All of it is differentiable, and twice.
"""

import keras
from keras import ops

import gankit


def only_images(name: str, images) -> None:
    """Raise a `GankitError` for a stabilizer if images are not images."""
    if len(images.shape) != 4:
        raise gankit.GankitError(
            f"{name} changes images, (batch, height, width, channels). "
            f"Received: {tuple(images.shape)}",
            "for other data: gankit show instance-noise",
        )


def uniform(images, low, high, seed):
    """Return a number for each image, from low up to high, (batch, 1, 1, 1)."""
    shape = (ops.shape(images)[0], 1, 1, 1)
    return keras.random.uniform(shape, low, high, dtype="float32", seed=seed)


def recoloured(images, brightness, saturation, contrast):
    """Return images with a number added, then their colours and contrast changed by a share.

    Args:
        images: The images.
        brightness: What is added.
        saturation: By what share each pixel goes away from its grey; −1 leaves no colour.
        contrast: By what share the image goes away from its mean; −1 leaves the mean.
    """
    images = images + brightness
    images = images + saturation * (images - ops.mean(images, axis=3, keepdims=True))
    return images + contrast * (images - ops.mean(images, axis=(1, 2, 3), keepdims=True))


def mirrored(images, seed):
    """Return half of the images as a mirror shows them, left and right exchanged."""
    return ops.where(uniform(images, 0, 1, seed) < 0.5, ops.flip(images, axis=2), images)


def translated(images, share, seed, edge=False):
    """Return images moved by up to a share of their size each way.

    What comes in is grey, 0, or else the edge of the image once more.
    """
    rows, columns = (_shifts(images, size, share, seed, edge) for size in images.shape[1:3])
    images = ops.einsum("bij,bjwc->biwc", rows, images)
    return ops.einsum("bij,bhjc->bhic", columns, images)


def holes(images, share, seed):
    """Return 1 in a hole of each image, of a share of its size, and 0 elsewhere.

    The middle of the hole is in the image; the shape is (batch, height, width, 1).
    """
    rows, columns = (_gap(images, size, share, seed) for size in images.shape[1:3])
    return rows[:, :, None, None] * columns[:, None, :, None]


def _shifts(images, size, share, seed, edge):
    """Return a matrix for each image that moves what it is multiplied with, (batch, i, j)."""
    reach = round(size * share)
    by = ops.floor(uniform(images, -reach, reach + 1, seed))[..., 0]
    places = ops.arange(size, dtype="float32")
    sources = places[None, :, None] - by
    sources = ops.clip(sources, 0, size - 1) if edge else sources
    return ops.cast(places[None, None, :] == sources, "float32")


def _gap(images, size, share, seed):
    """Return 1 where the hole of each image is, (batch, size)."""
    side = round(size * share)
    start = ops.floor(uniform(images, 0, size + 1 - side % 2, seed))[..., 0, 0] - side // 2
    places = ops.arange(size, dtype="float32")[None]
    return ops.cast(ops.logical_and(places >= start, places < start + side), "float32")
