"""Images drawn anew through matrices: larger, turned, moved.

A matrix (batch, 3, 3) says, for each pixel of the new image, from where in the old one it comes.
It acts on (row, column, 1), counted in pixels from the middle of the image.
"""

from keras import ops


def scaling(down, right):
    """Return the matrices that make images larger by factors, (batch,) each; −1 mirrors."""
    return _matrix(((1 / down, 0, 0), (0, 1 / right, 0)))


def turning(angle):
    """Return the matrices that turn images by angles (batch,), in radians, to the left."""
    cosine, sine = ops.cos(angle), ops.sin(angle)
    return _matrix(((cosine, sine, 0), (-sine, cosine, 0)))


def moving(down, right):
    """Return the matrices that move images by numbers of pixels, (batch,) each."""
    return _matrix(((1, 0, -down), (0, 1, -right)))


def resampled(images, matrices):
    """Return images (batch, height, width, channels) drawn anew, bilinear between pixels.

    Beyond its edges an image goes on as its mirror image.
    """
    height, width = images.shape[1:3]
    y = ops.arange(height, dtype="float32")[None, :, None] - (height - 1) / 2
    x = ops.arange(width, dtype="float32")[None, None, :] - (width - 1) / 2
    rows, columns = (_sources(matrices[:, i, :, None, None], y, x) for i in (0, 1))
    rows, columns = _corners(rows, height), _corners(columns, width)
    return sum(
        share * across * _pixels(images, row, column)
        for row, share in rows
        for column, across in columns
    )


def _matrix(rows):
    """Return matrices of numbers and tensors (batch,); the last row is (0, 0, 1)."""
    zero = sum(0 * entry for row in rows for entry in row)
    rows = (*rows, (0, 0, 1))
    return ops.stack([ops.stack([zero + entry for entry in row], axis=-1) for row in rows], axis=1)


def _sources(row, y, x):
    """Return where pixels come from on one axis, (batch, height, width); exact at the identity."""
    return row[:, 0] * y + row[:, 1] * x + row[:, 2]


def _corners(places, size: int):
    """Return the two pixels around places on an axis, each with its share, (batch, …, 1)."""
    places = ops.mod(places + size / 2, 2 * size)  # the edges are half a pixel outside
    places = ops.clip(size - ops.abs(size - places) - 0.5, 0, size - 1)
    low = ops.floor(places)
    share = (places - low)[..., None]
    return (low, 1 - share), (ops.minimum(low + 1, size - 1), share)


def _pixels(images, rows, columns):
    """Return the pixels at rows and columns (batch, height, width)."""
    _, height, width, channels = images.shape
    places = ops.cast(ops.reshape(rows * width + columns, (-1, height * width, 1)), "int32")
    pixels = ops.reshape(images, (-1, height * width, channels))
    found = ops.take_along_axis(pixels, places, axis=1)
    return ops.reshape(found, (-1, height, width, channels))
