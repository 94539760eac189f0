"""The renderer against closed forms: coverage, depth, light and shadow."""

import numpy as np
import pytest

from gankit_lego.camera import Camera, look
from gankit_lego.kinds import KINDS
from gankit_lego.light import FILL, FILL_STRENGTH, KEY, KEY_STRENGTH, SKY, reached, shade
from gankit_lego.picture import Style, draw
from gankit_lego.raster import rasterize

pytestmark = pytest.mark.anywhere

FROM_ABOVE = np.eye(3)  # right is x, up is y, the viewer is at z


def test_the_nearest_triangle_wins_at_each_centre():
    random = np.random.default_rng(1)
    corners = random.uniform((-4, -4, 0.2), (28, 28, 1), (30, 3, 3))
    size = 24
    near, number = np.zeros((size, size)), np.full((size, size), -1)
    for row, column in np.ndindex(size, size):
        for i, triangle in enumerate(corners):
            depth = _depth_at(triangle, column + 0.5, row + 0.5)
            if depth is not None and depth > near[row, column]:
                near[row, column], number[row, column] = depth, i
    pixels, depths, numbers = rasterize(corners, size)
    assert pixels.tolist() == np.flatnonzero(number >= 0).tolist()
    assert numbers.tolist() == number.ravel()[pixels].tolist()
    assert depths == pytest.approx(near.ravel()[pixels], rel=1e-9)


def test_triangles_that_share_an_edge_leave_no_gap():
    random = np.random.default_rng(2)
    for _ in range(50):
        middle = random.uniform(4, 28, 2)
        square = np.array([(-1, -1), (-1, 33), (33, 33), (33, -1)])
        fan = np.stack([square, np.roll(square, -1, 0), np.tile(middle, (4, 1))], 1)
        fan = np.concatenate([fan, np.ones((4, 3, 1))], 2)
        assert len(rasterize(fan, 32)[0]) == 32 * 32


def test_a_face_is_lit_as_lambert_says():
    normal, ray = np.array([[0.0], [0.0], [1.0]]), np.array([[0.0], [0.0], [-1.0]])
    key, fill = KEY / np.linalg.norm(KEY), FILL / np.linalg.norm(FILL)
    matte, gloss = shade(normal, ray, np.array([True]), FROM_ABOVE)
    assert matte == pytest.approx(SKY + KEY_STRENGTH * key[2] + FILL_STRENGTH * fill[2])
    dark, none = shade(normal, ray, np.array([False]), FROM_ABOVE)
    assert dark == pytest.approx(SKY + FILL_STRENGTH * fill[2])
    assert none == 0 < gloss


def test_the_highlight_is_brightest_halfway_between_light_and_viewer():
    halfway = KEY / np.linalg.norm(KEY) + (0, 0, 1)
    halfway /= np.linalg.norm(halfway)
    random = np.random.default_rng(3).normal(size=(3, 500))
    normals = np.column_stack([halfway, random / np.linalg.norm(random, axis=0)])
    rays = np.tile([[0.0], [0.0], [-1.0]], 501)
    _, gloss = shade(normals, rays, np.ones(501, bool), FROM_ABOVE)
    assert gloss.argmax() == 0


def test_a_stud_casts_its_shadow_away_from_the_light():
    mesh = KINDS["plate-1x1"]()
    moved = -4 * KEY[:2] / KEY[2]  # where light over the stud's rim, 4 high, meets the top
    away = moved / np.linalg.norm(moved)
    aside = 5.0 * np.array([-away[1], away[0]])
    places = np.array(
        [7 * away, moved + 5 * away, moved + 7 * away, moved + 7.5 * aside / 5, -8 * away]
    )
    points = np.column_stack([places, np.full(len(places), 8.0)]).T.astype(np.float32)
    up = np.tile(np.float32([[0], [0], [1]]), len(places))
    lit = reached(mesh.triangles, points, up, FROM_ABOVE, 192)
    assert lit.tolist() == [False, False, True, True, True]


def test_a_camera_sees_rays_where_it_projects_points():
    random = np.random.default_rng(4)
    points = random.uniform(-40, 40, (50, 3))
    camera = Camera.facing(points, look(random, "all"), 0.9, 96)
    column, row, near = camera.project(points).T
    assert (camera.rays(column, row) / near).T + camera.eye == pytest.approx(points)
    spans = np.ptp(column), np.ptp(row)
    assert max(spans) == pytest.approx(0.9 * 96)
    assert column.min() + column.max() == pytest.approx(96)


def test_upright_views_look_down_on_the_studs():
    random = np.random.default_rng(5)
    heights = {
        views: [look(random, views)[2, 2] for _ in range(500)] for views in ("all", "upright")
    }
    assert 0.3 < min(heights["upright"]) < max(heights["upright"]) < 0.85
    assert min(heights["all"]) < -0.95 < 0.95 < max(heights["all"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_fills_the_frame_and_stands_out(kind):
    image = draw(KINDS[kind](), Style(size=48), np.random.default_rng(6))
    assert image.shape == (48, 48, 1)
    rows, columns = np.nonzero(image[..., 0] < 250)
    assert 0.8 * 48 < max(np.ptp(rows), np.ptp(columns)) + 1 <= 48
    assert image.std() > 20


def _depth_at(triangle, x, y):
    """1 / depth at a point, by barycentric coordinates, where a front side is there."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = triangle
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if area >= 0:  # seen from behind: rows point down
        return None
    u = ((bx - x) * (cy - y) - (cx - x) * (by - y)) / area
    v = ((cx - x) * (ay - y) - (ax - x) * (cy - y)) / area
    w = 1 - u - v
    return u * az + v * bz + w * cz if min(u, v, w) >= 0 else None
