"""Triangles with exact normals, even on coarsely triangulated curves."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Mesh:
    """Triangles on planes and axis-aligned quadrics, in LDraw units with z up.

    The gradient of a quadric is affine in each coordinate, so the outward normal at a point p is
    `bend * p + lean`, of any length; on planes `bend` is 0.
    """

    triangles: np.ndarray  # corners (triangles, 3, 3), counter-clockwise from outside
    bend: np.ndarray  # (triangles, 3)
    lean: np.ndarray  # (triangles, 3)

    @classmethod
    def join(cls, meshes: Iterable["Mesh"]) -> "Mesh":
        """All triangles of several meshes."""
        parts = [(mesh.triangles, mesh.bend, mesh.lean) for mesh in meshes]
        return cls(*(np.concatenate(arrays) for arrays in zip(*parts)))

    @classmethod
    def strip(
        cls, lower: np.ndarray, upper: np.ndarray, bend: ArrayLike, lean: ArrayLike
    ) -> "Mesh":
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
        """Outward normals of length 1 at points (3, points) on the triangles `which` (points,)."""
        bend, lean = (x.T.astype(points.dtype)[:, which] for x in (self.bend, self.lean))
        normals = bend * points + lean
        return np.asarray(normals / np.sqrt(np.einsum("ip,ip->p", normals, normals)))

    def moved(self, *by: float) -> "Mesh":
        """The mesh moved by (x, y, z)."""
        return Mesh(self.triangles + by, self.bend, self.lean - self.bend * by)

    def upright(self) -> "Mesh":
        """The mesh with x, y, z as y, z, x."""
        axes = [2, 0, 1]
        return Mesh(self.triangles[..., axes], self.bend[:, axes], self.lean[:, axes])

    def inside_out(self) -> "Mesh":
        """The same surface with the other side outside."""
        return Mesh(self.triangles[:, ::-1], -self.bend, -self.lean)


def _areas(corners: np.ndarray) -> np.ndarray:
    """Areas of triangles (triangles, 3, 3)."""
    sides = corners[:, 1:] - corners[:, :1]
    return np.asarray(np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=-1) / 2)
