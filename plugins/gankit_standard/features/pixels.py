"""Pixels as features: no network."""

import numpy as np

import gankit

EDGE = 16  # of the images whose pixels are features


def pixels() -> gankit.Features:
    """The pixels of small images, or the coordinates of points; no network.

    They measure brightness and position, not content: an image moved by a pixel is a different one.
    They are the same on every machine.
    """
    return gankit.Features("pixels", "none", f"area mean, at most {EDGE} × {EDGE}", _pixels)


def _pixels(examples: np.ndarray) -> np.ndarray:
    if examples.ndim == 4:
        rows, columns = (_area_means(size) for size in examples.shape[1:3])
        # one axis after the other, because einsum would multiply all pairs of both at once
        examples = np.einsum("ih,bhwc->biwc", rows, examples.astype("float64"))
        examples = np.einsum("jw,biwc->bijc", columns, examples)
    return np.asarray(examples, "float64").reshape(len(examples), -1)


def _area_means(size: int) -> np.ndarray:
    """Return the matrix of means over equal intervals of an axis, (fewer, size)."""
    fewer = min(size, EDGE)
    edges = np.arange(fewer + 1) * size / fewer
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.asarray(np.maximum(overlap, 0) * fewer / size)
