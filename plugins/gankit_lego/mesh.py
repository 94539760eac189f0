"""Triangles whose normals are exact, however few of them draw a curve."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mesh:
    """Triangles on planes and on axis-aligned quadrics, in LDraw units with z up.

    The gradient of a quadric is affine in each coordinate, so the outward normal at a point p is
    `bend * p + lean`, of any length: it turns on cylinders and cones, and is constant on planes,
    where `bend` is 0.

    Args:
        triangles: Corners (triangles, 3, 3), counter-clockwise when seen from outside.
        bend: (triangles, 3).
        lean: (triangles, 3).
    """

    triangles: np.ndarray
    bend: np.ndarray
    lean: np.ndarray

    @classmethod
    def join(cls, meshes: Iterable["Mesh"]) -> "Mesh":
        """All triangles of several meshes."""
        parts = [(mesh.triangles, mesh.bend, mesh.lean) for mesh in meshes]
        return cls(*(np.concatenate(arrays) for arrays in zip(*parts)))

    @classmethod
    def strip(cls, lower: np.ndarray, upper: np.ndarray, bend, lean) -> "Mesh":
        """The quadrilaterals between two paths (points, 3), each with its bend and lean."""
        a, b, c, d = lower[:-1], lower[1:], upper[1:], upper[:-1]
        corners = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
        bend = np.tile(np.broadcast_to(bend, a.shape), (2, 1))
        lean = np.tile(np.broadcast_to(lean, a.shape), (2, 1))
        keep = _areas(corners) > 1e-9  # a path may end in one point
        return cls(corners[keep], bend[keep], lean[keep])

    def __len__(self) -> int:
        return len(self.triangles)

    def __add__(self, other: "Mesh") -> "Mesh":
        return Mesh.join([self, other])

    @property
    def bounds(self) -> np.ndarray:
        """The lowest and the highest corner, (2, 3)."""
        points = self.triangles.reshape(-1, 3)
        return np.stack([points.min(0), points.max(0)])

    def normals(self, points: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Outward normals of length 1 at points (3, points) of the triangles `which` (points,)."""
        bend, lean = (
            np.take(each.T.astype(points.dtype), which, 1) for each in (self.bend, self.lean)
        )
        normals = bend * points + lean
        return normals / np.sqrt(np.einsum("ip,ip->p", normals, normals))

    def moved(self, *by: float) -> "Mesh":
        """The mesh, moved by (x, y, z)."""
        return Mesh(self.triangles + by, self.bend, self.lean - self.bend * by)

    def upright(self) -> "Mesh":
        """The mesh, with x and y raised to y and z, and z laid along x."""
        axes = [2, 0, 1]
        return Mesh(self.triangles[..., axes], self.bend[:, axes], self.lean[:, axes])

    def inside_out(self) -> "Mesh":
        """The same surface, seen from its other side."""
        return Mesh(self.triangles[:, ::-1], -self.bend, -self.lean)


def _areas(corners: np.ndarray) -> np.ndarray:
    """Areas of triangles (triangles, 3, 3)."""
    sides = corners[:, 1:] - corners[:, :1]
    return np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=-1) / 2
