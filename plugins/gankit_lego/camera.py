"""A camera around a brick, which fills the image."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Views = Literal["all", "upright"]
UPRIGHT = 0.35, 0.95  # the elevation of upright views, in radians
DISTANCE = 4.0  # from the centre of the brick, in its radii: a short telephoto lens


@dataclass(frozen=True)
class Camera:
    """A perspective camera."""

    axes: np.ndarray  # (3, 3), whose rows point right, up and to the viewer
    eye: np.ndarray  # (3,)
    scale: float  # pixels per unit of (right, up) / depth
    shift: np.ndarray  # (2,), (right, up) / depth at the centre of the image
    size: int  # the edge of the image, in pixels

    @classmethod
    def facing(cls, points: np.ndarray, axes: np.ndarray, fill: float, size: int) -> "Camera":
        """A camera in which points (points, 3) span the fraction `fill` of the image."""
        low, high = points.min(0), points.max(0)
        eye = (low + high) / 2 + axes[2] * DISTANCE * np.linalg.norm(high - low) / 2
        seen = (points - eye) @ axes.T
        flat = seen[:, :2] / -seen[:, 2:]
        low, high = flat.min(0), flat.max(0)
        return cls(axes, eye, fill * size / (high - low).max(), (low + high) / 2, size)

    def project(self, points: np.ndarray) -> np.ndarray:
        """The columns, rows and 1 / depth of points (points, 3)."""
        seen = (points - self.eye) @ self.axes.T
        near = -1 / seen[:, 2:]
        flat = (seen[:, :2] * near - self.shift) * (self.scale, -self.scale) + self.size / 2
        return np.concatenate([flat, near], 1)

    def rays(self, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """The vectors (3, pixels) from the eye to a depth of 1, through places in the image."""
        right = (columns - self.size / 2) / self.scale + self.shift[0]
        up = (self.size / 2 - rows) / self.scale + self.shift[1]
        rays = np.stack([right, up, np.full_like(up, -1)])
        return np.asarray(self.axes.T.astype(up.dtype) @ rays)


def look(random: np.random.Generator, views: Views) -> np.ndarray:
    """Axes of a random camera, from all around or from above the upright brick."""
    turn = random.uniform(0, 2 * np.pi)
    height = random.uniform(-1, 1) if views == "all" else np.sin(random.uniform(*UPRIGHT))
    flat = np.sqrt(1 - height**2)
    viewer = np.array([flat * np.cos(turn), flat * np.sin(turn), height])
    right = np.array([-np.sin(turn), np.cos(turn), 0])
    return np.stack([right, np.cross(viewer, right), viewer])
