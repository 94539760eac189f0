"""Affine transformations of images.

A matrix (batch, 3, 3) maps a pixel of the new image, (row, column, 1), to its source in the old
one. Coordinates are pixels from the centre of the image.
"""

from collections.abc import Sequence
from typing import Any

from keras import ops


def scaling(down: Any, right: Any) -> Any:
    """Return the matrices that enlarge images by factors (batch,); −1 mirrors."""
    return _matrix(((1 / down, 0, 0), (0, 1 / right, 0)))


def rotation(angle: Any) -> Any:
    """Return the matrices that rotate images counter-clockwise by angles (batch,), in radians."""
    cosine, sine = ops.cos(angle), ops.sin(angle)
    return _matrix(((cosine, sine, 0), (-sine, cosine, 0)))


def translation(down: Any, right: Any) -> Any:
    """Return the matrices that move images by numbers of pixels (batch,)."""
    return _matrix(((1, 0, -down), (0, 1, -right)))


def transformed(images: Any, matrices: Any) -> Any:
    """Return images (batch, height, width, channels) transformed, bilinear between pixels.

    Beyond its edges an image continues as its mirror image.
    """
    height, width = images.shape[1:3]
    y = ops.arange(height, dtype="float32")[None, :, None] - (height - 1) / 2
    x = ops.arange(width, dtype="float32")[None, None, :] - (width - 1) / 2
    rows, columns = (_sources(matrices[:, i, :, None, None], y, x) for i in (0, 1))
    rows, columns = _neighbours(rows, height), _neighbours(columns, width)
    return sum(
        row_weight * column_weight * _pixels(images, row, column)
        for row, row_weight in rows
        for column, column_weight in columns
    )


def _matrix(rows: Sequence[Sequence[Any]]) -> Any:
    """Return matrices of numbers and tensors (batch,); the last row is (0, 0, 1)."""
    zero = sum(0 * entry for row in rows for entry in row)
    rows = (*rows, (0, 0, 1))
    return ops.stack([ops.stack([zero + entry for entry in row], axis=-1) for row in rows], axis=1)


def _sources(row: Any, y: Any, x: Any) -> Any:
    """Return one coordinate of the sources, (batch, height, width); exact for the identity."""
    return row[:, 0] * y + row[:, 1] * x + row[:, 2]


def _neighbours(sources: Any, size: int) -> Sequence[tuple[Any, Any]]:
    """Return the two pixels on an axis around sources, and their weights (batch, …, 1)."""
    places = ops.mod(sources + size / 2, 2 * size)  # the edges are half a pixel outside
    places = ops.clip(size - ops.abs(size - places) - 0.5, 0, size - 1)
    low = ops.floor(places)
    weight = (places - low)[..., None]
    return (low, 1 - weight), (ops.minimum(low + 1, size - 1), weight)


def _pixels(images: Any, rows: Any, columns: Any) -> Any:
    """Return the pixels at rows and columns (batch, height, width)."""
    _, height, width, channels = images.shape
    places = ops.cast(ops.reshape(rows * width + columns, (-1, height * width, 1)), "int32")
    pixels = ops.reshape(images, (-1, height * width, channels))
    found = ops.take_along_axis(pixels, places, axis=1)
    return ops.reshape(found, (-1, height, width, channels))
