"""A key light that casts shadows and leaves a highlight, a fill light, and the sky."""

import numpy as np

from gankit_lego.raster import rasterize

KEY = np.array([-0.50, 0.66, 0.56])  # (right, up, to the viewer), towards the light
FILL = np.array([0.75, -0.20, 0.65])
KEY_STRENGTH, FILL_STRENGTH, SKY = 0.74, 0.26, 0.25
HIGHLIGHT, SHININESS = 0.16, 24


def shade(
    normals: np.ndarray, rays: np.ndarray, lit: np.ndarray, axes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The light reflected by a surface: the part that its colour tints, and the highlight.

    Normals (3, points) have length 1, rays (3, points) from the eye any length. `lit` (points,)
    says whether the key light reaches them. The lights move with the camera's axes (3, 3).
    """
    key, fill = _towards(KEY, axes), _towards(FILL, axes)
    to_key, to_fill = (np.maximum(light @ normals, 0) for light in (key, fill))
    length = np.sqrt(_dot(rays, rays))
    facing = -_dot(rays, normals) / length
    sky = SKY * (1 + facing) / 2  # brightest behind the viewer
    matte = sky + KEY_STRENGTH * to_key * lit + FILL_STRENGTH * to_fill
    halfway = np.sqrt(2 - 2 * (key @ rays) / length)  # the length of key + view
    gloss = (key @ normals + facing) / halfway
    return matte, HIGHLIGHT * lit * np.maximum(gloss, 0) ** SHININESS


def reached(
    triangles: np.ndarray, points: np.ndarray, normals: np.ndarray, axes: np.ndarray, size: int
) -> np.ndarray:
    """Whether the key light reaches points (3, points), by a shadow map of size × size.

    Triangles (triangles, 3, 3) cast shadows. The light moves with the camera's axes (3, 3).
    """
    key = _towards(KEY, axes)
    right = np.cross(axes[1], key)
    right /= np.linalg.norm(right)
    frame = np.stack([right, np.cross(right, key), key])  # columns, rows and 1 / depth of the map
    seen = triangles.reshape(-1, 3) @ frame.T
    low, high = seen.min(0) - 1, seen.max(0) + 1
    scale = size / (high - low)[:2].max()
    pixels, near, _ = rasterize(((seen - low) * scale).reshape(-1, 3, 3), size)
    front = np.zeros(size * size, np.float32)
    front[pixels] = near
    points = points + normals / np.float32(scale)  # off the surface, by a pixel of the map
    frame, low = ((x * scale).astype(np.float32) for x in (frame, low))
    column, row, near = frame @ points - low[:, None]
    column, row = (np.clip(place, 0, size - 1).astype(np.int32) for place in (column, row))
    return np.asarray(front[row * size + column] < near)


def _towards(light: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """The unit vector towards a light that moves with the camera."""
    return np.asarray(light / np.linalg.norm(light) @ axes, np.float32)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(np.einsum("ip,ip->p", a, b))
