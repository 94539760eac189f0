"""Bricks have true proportions, closed surfaces and exact normals."""

import numpy as np
import pytest

import gankit
from gankit_lego.bricks import BORE
from gankit_lego.kinds import FAMILIES, KINDS, choose
from gankit_lego.outline import Outline, arc, facets, rectangle
from gankit_lego.solid import across, drilled, hollow, revolve, trough

pytestmark = pytest.mark.anywhere


@pytest.mark.parametrize(
    ("kind", "extent"),
    [
        ("brick-2x4", (80, 40, 28)),
        ("brick-1x1", (20, 20, 28)),
        ("plate-2x3", (60, 40, 12)),
        ("tile-1x4", (80, 20, 8)),
        ("slope-45-2x2", (40, 40, 28)),
        ("slope-33-3x2", (40, 60, 28)),
        ("inverted-45-2x2", (40, 40, 28)),
        ("corner-plate-2x2", (40, 40, 12)),
        ("round-brick-2x2", (40, 40, 28)),
        ("cone-2x2x2", (40, 40, 52)),
        ("arch-1x6x2", (20, 120, 52)),
        ("technic-brick-1x4", (20, 80, 28)),
        ("technic-beam-5", (20, 98, 18)),
    ],
)
def test_kinds_have_the_proportions_of_ldraw(kind, extent):
    low, high = KINDS[kind]().bounds
    assert high - low == pytest.approx(extent, abs=0.3)  # two studs reach past a 2×2 round brick
    assert low[2] == 0


def test_there_are_at_least_24_kinds_in_ten_families():
    assert len(KINDS) >= 24
    assert set(FAMILIES) == {
        *("brick", "plate", "tile", "slope", "inverted"),
        *("corner", "round", "cone", "arch", "technic"),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_normals_are_those_of_the_triangles(kind):
    mesh = KINDS[kind]()
    flat = _area_vectors(mesh)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    exact = mesh.normals(mesh.triangles.mean(1).T, np.arange(len(mesh))).T
    assert (flat * exact).sum(1).min() > np.cos(np.pi / 16)  # a facet turns by π / 8 at most


def test_normals_of_cylinders_and_cones_are_analytic():
    points = np.array([[3.6, 4.8, 1.0], [-6.0, 0.0, 3.0]])
    stud = revolve((6, 0), (6, 4)).moved(10, 20, 5)
    normals = stud.normals(np.add(points, (10, 20, 5)).T, np.zeros(2, int)).T
    assert normals == pytest.approx(points * (1, 1, 0) / 6)
    cone = revolve((20, 0), (10, 40))  # its sides rise by 40 for 10 inwards
    normals = cone.normals(np.array([[15.0, 0.0, 20.0], [0.0, 12.0, 32.0]]).T, np.zeros(2, int))
    steep = np.array([4, 1]) / np.sqrt(17)
    assert pytest.approx(np.array([[steep[0], 0, steep[1]], [0, *steep]])) == normals.T


_PROFILE = Outline.of((-20, 0), (20, 0), (20, 4), (0, 24), (-20, 24))


def _beam():
    places, ends = [-20, 0, 20], (arc(-20, 9, 9, 90, 270), arc(20, 9, 9, -90, 90))
    faces = drilled([ends[0]], [ends[1]], 18, places, 9, 8)
    bores = [revolve(*BORE).upright().moved(0, y, 9) for y in places]
    return sum(bores, across(Outline.of(*ends), 20, faces))


@pytest.mark.parametrize(
    ("solid", "volume"),
    [
        (hollow(rectangle(80, 40), 24), 80 * 40 * 24 - 72 * 32 * 20),
        (across(_PROFILE, 40), 40 * (20 * 24 + 20 * 14)),
        (
            trough(_PROFILE, 40, Outline.of((-16, 0), (-4, 0), (-4, 20), (-16, 20))),
            40 * (20 * 24 + 20 * 14) - 32 * 12 * 20,
        ),
        (revolve((0, 0), (10, 0), (10, 24), (0, 24)), np.pi * 100 * 24),
        (_beam(), 20 * (40 * 18 + np.pi * 81) - 3 * np.pi * (36 * 16 + 64 * 4)),
    ],
    ids=["hollow", "across", "trough", "revolved", "drilled"],
)
def test_surfaces_are_closed_and_hold_their_volume(solid, volume):
    areas = _area_vectors(solid)
    assert areas.sum(0) == pytest.approx(np.zeros(3), abs=1e-9)
    inside = (areas * solid.triangles.mean(1)).sum() / 3  # the divergence theorem
    assert inside == pytest.approx(volume, rel=0.01)  # facets cut a little off


def test_outlines_are_filled_without_gap_or_overlap():
    corner = Outline.of((-20, -20), (20, -20), (20, 0), (0, 0), (0, 20), (-20, 20))
    assert _area(corner.triangles()) == pytest.approx(1200)
    faces = drilled([(-20, 24), (-20, 0)], [(20, 0), (20, 24)], 24, [0], 14, 8)
    sides = facets(8)
    hole = sides / 2 * 64 * np.sin(2 * np.pi / sides)
    assert sum(_area(face.triangles()) for face in faces) == pytest.approx(40 * 24 - hole)


def test_kinds_are_chosen_by_name_and_by_family():
    assert choose(["cone", "brick-2x4"]) == ("brick-2x4", "cone-1x1", "cone-2x2x2")
    assert choose(FAMILIES) == tuple(KINDS)
    with pytest.raises(
        gankit.GankitError, match=r"(?s)Received: 'brik-2x4'.*did you mean brick-2x4"
    ):
        choose(["brik-2x4"])


def _area_vectors(mesh):
    a, b, c = (mesh.triangles[:, i] for i in range(3))
    return np.cross(b - a, c - a) / 2


def _area(triangles):
    a, b, c = (triangles[:, i] for i in range(3))
    return ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]).sum() / 2
