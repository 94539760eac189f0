"""Closed outlines of lines and arcs in the plane."""

import math
from dataclasses import dataclass

import numpy as np

Piece = tuple[float, float] | np.ndarray  # a corner (x, y) or an arc


@dataclass(frozen=True)
class Outline:
    """A closed, counter-clockwise polygon; edge i runs from point i to point i + 1.

    The outward normal at p on edge i is `bend[i] * p + lean[i]`.
    """

    points: np.ndarray  # (points, 2)
    bend: np.ndarray  # (points, 2), 0 for straight edges
    lean: np.ndarray  # (points, 2)

    @classmethod
    def of(cls, *pieces: Piece) -> "Outline":
        """The outline through corners (x, y) and arcs, joined by straight lines."""
        rows = np.concatenate([_rows(piece) for piece in pieces])
        steps = np.roll(rows[:, :2], -1, 0) - rows[:, :2]
        straight = np.stack([steps[:, 1], -steps[:, 0]], 1)
        rows[:, 4:] = np.where(rows[:, 2:4] == 0, straight, rows[:, 4:])
        rows = rows[np.abs(steps).max(1) > 1e-9]
        return cls(rows[:, :2], rows[:, 2:4], rows[:, 4:])

    def inset(self, *distances: float) -> "Outline":
        """The outline with straight edge i moved inwards by distance i, or all by one distance."""
        normals = self.lean / np.linalg.norm(self.lean, axis=1, keepdims=True)
        reach = (normals * self.points).sum(1) - np.broadcast_to(distances, len(normals))
        lines = np.stack([np.roll(normals, 1, 0), normals], 1)  # the edges that meet at each point
        points = np.linalg.solve(lines, np.stack([np.roll(reach, 1), reach], 1)[..., None])
        return Outline.of(*map(tuple, points[..., 0]))

    def triangles(self) -> np.ndarray:
        """Triangles (points − 2, 3, 2) that fill the outline, by ear clipping."""
        points, ears = list(self.points), []
        while len(points) > 2:
            ear = next(i for i in range(len(points)) if _is_ear(points, i))
            ears.append([points[ear - 1], points[ear], points[(ear + 1) % len(points)]])
            del points[ear]
        return np.array(ears)


def rectangle(length: float, width: float) -> Outline:
    """A rectangle around the origin, with its length along x."""
    x, y = length / 2, width / 2
    return Outline.of((-x, -y), (x, -y), (x, y), (-x, y))


def arc(x: float, y: float, radius: float, start: float, stop: float) -> np.ndarray:
    """A piece of an outline, an arc around (x, y) in degrees; clockwise ones are concave."""
    steps = max(1, round(facets(radius) * abs(stop - start) / 360))
    angles = np.radians(np.linspace(start, stop, steps + 1))
    rows = np.zeros((steps + 1, 6))  # a point, and bend and lean of its edge
    rows[:, 0] = x + radius * np.cos(angles)
    rows[:, 1] = y + radius * np.sin(angles)
    sign = np.sign(stop - start)
    rows[:-1, 2:] = sign, sign, -sign * x, -sign * y
    return rows


def facets(radius: float) -> int:
    """The facets of a circle, at most 0.05 units from it at any radius."""
    return 8 * max(2, round(1.25 * math.sqrt(radius)))


def _rows(piece: Piece) -> np.ndarray:
    """An arc as it is; a corner as an arc of one point."""
    return piece if isinstance(piece, np.ndarray) else np.array([[*piece, 0.0, 0.0, 0.0, 0.0]])


def _is_ear(points: list[np.ndarray], i: int) -> bool:
    a, b, c = points[i - 1], points[i], points[(i + 1) % len(points)]
    if _cross(b - a, c - b) <= 1e-9:
        return False
    others = np.array([p for p in points if not any(p is corner for corner in (a, b, c))])
    if not len(others):
        return True
    inside = [_cross(q - p, others - p) > -1e-9 for p, q in ((a, b), (b, c), (c, a))]
    return not np.logical_and.reduce(inside).any()


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
