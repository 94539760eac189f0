"""Solids from outlines: extruded or revolved, solid or hollow, drilled."""

from collections.abc import Sequence

import numpy as np

from gankit_lego.mesh import Mesh
from gankit_lego.outline import Outline, Piece, arc, facets

WALL = 4  # thickness of walls and lids in LDraw units


def hollow(plan: Outline, height: float) -> Mesh:
    """A body with this ground plan, walls and a lid, open below."""
    room, ceiling = plan.inset(WALL), height - WALL
    cavity = (sides(room, 0, ceiling) + cap(room, ceiling)).inside_out()
    return sides(plan, 0, height) + cap(plan, height) + cavity + _ring(plan.points, room.points)


def trough(profile: Outline, width: float, room: Outline | None = None) -> Mesh:
    """A hollow body with this side view in y and z, `width` along x, open below at edge 0."""
    room = room or profile.inset(0, *[WALL] * (len(profile.points) - 1))
    inner = width - 2 * WALL
    cavity = across(room, inner, open_below=True).inside_out()
    return across(profile, width, open_below=True) + cavity + rim(profile, width, room, inner)


def across(
    profile: Outline, width: float, faces: Sequence[Outline] = (), open_below: bool = False
) -> Mesh:
    """A body with this side view in y and z, `width` along x, with or without edge 0.

    `faces` are outlines that fill a side view with holes; by default the profile itself.
    """
    half = width / 2
    right = Mesh.join(cap(face, half) for face in faces or [profile])
    left = Mesh.join(cap(face, -half) for face in faces or [profile]).inside_out()
    return (sides(profile, -half, half, first=int(open_below)) + right + left).upright()


def revolve(*profile: tuple[float, float]) -> Mesh:
    """The surface swept by a profile of points (radius, z), whose right side is outside."""
    turn = np.linspace(0, 2 * np.pi, facets(max(radius for radius, _ in profile)) + 1)
    circle = np.stack([np.cos(turn), np.sin(turn), np.zeros_like(turn)], 1)
    paths = [circle * radius + (0, 0, z) for radius, z in profile]
    steps = zip(profile[:-1], profile[1:], paths[:-1], paths[1:])
    return Mesh.join(Mesh.strip(a, b, *_cone(start, stop)) for start, stop, a, b in steps)


def rim(profile: Outline, width: float, room: Outline, inner: float) -> Mesh:
    """The bottom of the walls between two side views of these widths, open below."""
    return _ring(_foot(profile, width), _foot(room, inner))


def sides(outline: Outline, low: float, high: float, first: int = 0) -> Mesh:
    """The walls on the edges of an outline, from edge `first` on, from z = low to z = high."""
    path = np.vstack([outline.points, outline.points[:1]])[first:]
    bend, lean = (_raise(normal[first:], 0) for normal in (outline.bend, outline.lean))
    return Mesh.strip(_raise(path, low), _raise(path, high), bend, lean)


def cap(outline: Outline, z: float) -> Mesh:
    """The area of an outline at height z, facing up."""
    triangles = _raise(outline.triangles(), z)
    up = np.tile([0.0, 0.0, 1.0], (len(triangles), 1))
    return Mesh(triangles, 0 * up, up)


def drilled(
    left: Sequence[Piece],
    right: Sequence[Piece],
    height: float,
    holes: Sequence[float],
    level: float,
    radius: float,
) -> list[Outline]:
    """Outlines that fill a side view around round holes, cut at their centres at height `level`.

    The pieces of the left end run from top to bottom, those of the right end from bottom to top.
    """
    falling: list[Sequence[Piece]] = [
        [(y, height), arc(y, level, radius, 90, -90), (y, 0)] for y in holes
    ]
    rising: list[Sequence[Piece]] = [
        [(y, 0), arc(y, level, radius, 270, 90), (y, height)] for y in holes
    ]
    return [Outline.of(*a, *b) for a, b in zip([left, *falling], [*rising, right])]


def _cone(start: tuple[float, float], stop: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Bend and lean of the cone between two points (radius, z) of a profile."""
    (r, z), along, out = start, stop[0] - start[0], stop[1] - start[1]
    if out == 0:
        return np.zeros(3), np.array([0, 0, -along])
    slope = along / out
    return np.array([1, 1, -slope * slope]) * out, np.array([0, 0, -slope * (r - slope * z)]) * out


def _ring(outer: np.ndarray, inner: np.ndarray) -> Mesh:
    """The ground between two paths with as many points (points, 2), facing down."""
    below, above = (_raise(np.vstack([path, path[:1]]), 0) for path in (outer, inner))
    return Mesh.strip(below, above, (0, 0, 0), (0, 0, 1)).inside_out()


def _raise(points: np.ndarray, z: float) -> np.ndarray:
    """Points (..., 2) of the plane at height z, (..., 3)."""
    return np.concatenate([points, np.full((*points.shape[:-1], 1), float(z))], -1)


def _foot(profile: Outline, width: float) -> np.ndarray:
    """The corners (x, y) of the opening below a trough with this profile."""
    (near, _), (far, _) = profile.points[:2]
    half = width / 2
    return np.array([(-half, near), (half, near), (half, far), (-half, far)])
