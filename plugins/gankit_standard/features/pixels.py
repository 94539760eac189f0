"""Pixels as features: no network."""

import numpy as np

import gankit

EDGE = 16  # of the images whose pixels are features


def pixels() -> gankit.Features:
    """The pixels of small images, or the coordinates of points; no network.

    They know light and place, not what is in an image: an image moved by a pixel is another one
    to them. They are equal everywhere.
    """
    return gankit.Features("pixels", "none", f"area mean, at most {EDGE} × {EDGE}", _pixels)


def _pixels(examples: np.ndarray) -> np.ndarray:
    if examples.ndim == 4:
        rows, columns = (_means(size) for size in examples.shape[1:3])
        # one axis after the other; together they would multiply all pairs of both
        examples = np.einsum("ih,bhwc->biwc", rows, examples.astype("float64"))
        examples = np.einsum("jw,biwc->bijc", columns, examples)
    return np.asarray(examples, "float64").reshape(len(examples), -1)


def _means(size: int) -> np.ndarray:
    """Return the matrix that takes means over equal stretches of an axis, (fewer, size)."""
    fewer = min(size, EDGE)
    edges = np.arange(fewer + 1) * size / fewer
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.maximum(overlap, 0) * fewer / size
