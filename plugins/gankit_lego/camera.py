"""A camera that looks at a brick from somewhere around it, so that the brick fills the image."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Views = Literal["all", "upright"]
UPRIGHT = 0.35, 0.95  # how high upright views stand above the horizon, radians
DISTANCE = 4.0  # from the middle of the brick, in its radii: a short telephoto lens


@dataclass(frozen=True)
class Camera:
    """A perspective camera.

    Args:
        axes: (3, 3), its rows pointing right, up and to the viewer in the image.
        eye: (3,).
        scale: Pixels a unit of (right, up) / depth.
        shift: (2,), the place (right, up) / depth in the middle of the image.
        size: The image's width and height in pixels.
    """

    axes: np.ndarray
    eye: np.ndarray
    scale: float
    shift: np.ndarray
    size: int

    @classmethod
    def facing(cls, points: np.ndarray, axes: np.ndarray, fill: float, size: int) -> "Camera":
        """A camera for which points (points, 3) span the fraction `fill` of the image."""
        low, high = points.min(0), points.max(0)
        eye = (low + high) / 2 + axes[2] * DISTANCE * np.linalg.norm(high - low) / 2
        seen = (points - eye) @ axes.T
        flat = seen[:, :2] / -seen[:, 2:]
        low, high = flat.min(0), flat.max(0)
        return cls(axes, eye, fill * size / (high - low).max(), (low + high) / 2, size)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Columns, rows and 1 / depth in the image of points (points, 3)."""
        seen = (points - self.eye) @ self.axes.T
        near = -1 / seen[:, 2:]
        flat = (seen[:, :2] * near - self.shift) * (self.scale, -self.scale) + self.size / 2
        return np.concatenate([flat, near], 1)

    def rays(self, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Where a depth of 1 lies from the eye, (3, pixels), through places in the image."""
        right = (columns - self.size / 2) / self.scale + self.shift[0]
        up = (self.size / 2 - rows) / self.scale + self.shift[1]
        return self.axes.T.astype(up.dtype) @ np.stack([right, up, np.full_like(up, -1)])


def look(random: np.random.Generator, views: Views) -> np.ndarray:
    """Axes of a camera from all around, or from where bricks stand with their studs on top."""
    turn = random.uniform(0, 2 * np.pi)
    height = random.uniform(-1, 1) if views == "all" else np.sin(random.uniform(*UPRIGHT))
    flat = np.sqrt(1 - height**2)
    viewer = np.array([flat * np.cos(turn), flat * np.sin(turn), height])
    right = np.array([-np.sin(turn), np.cos(turn), 0])
    return np.stack([right, np.cross(viewer, right), viewer])
