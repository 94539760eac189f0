"""A key light with a highlight, a fill light, and the sky."""

import numpy as np

KEY = np.array([-0.50, 0.66, 0.56])  # towards the light, as (right, up, to the viewer)
FILL = np.array([0.80, 0.05, 0.60])
KEY_STRENGTH, FILL_STRENGTH, SKY = 0.70, 0.22, 0.20
HIGHLIGHT, SHININESS = 0.25, 24


def shade(
    normals: np.ndarray, views: np.ndarray, axes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The light that comes back from a surface: what its colour tints, and the highlight.

    Args:
        normals: (points, 3), of any length.
        views: (points, 3), towards the eye, of any length.
        axes: (3, 3), the camera's, with which the lights move.
    """
    normals, views = _unit(normals), _unit(views)
    key, fill = (_unit(light[None] @ axes)[0].astype(normals.dtype) for light in (KEY, FILL))
    lit = np.maximum(normals @ key, 0)
    matte = SKY + KEY_STRENGTH * lit + FILL_STRENGTH * np.maximum(normals @ fill, 0)
    gloss = np.einsum("pi,pi->p", normals, _unit(views + key))
    return matte, HIGHLIGHT * np.maximum(gloss, 0) ** SHININESS


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.sqrt(np.einsum("pi,pi->p", vectors, vectors))[:, None]
