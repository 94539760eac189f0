import numpy as np
import pytest

import gankit
from gankit_toy.modes import grid, grid_modes, ring, ring_modes

pytestmark = pytest.mark.anywhere


def points(dataset):
    return np.asarray(dataset.arrays["images"], dtype="float64")


def nearest(found, modes):
    """Return the mode that each point is nearest to, and how far it is."""
    distances = np.hypot(*(found[:, None] - modes).transpose(2, 0, 1))
    return distances.argmin(axis=1), distances.min(axis=1)


def test_the_ring_is_that_of_pacgan():
    modes = ring_modes()
    half = 0.5**0.5
    expected = {(1, 0), (half, half), (0, 1), (-half, half), (-1, 0), (-half, -half), (0, -1)}
    expected |= {(half, -half)}
    assert {tuple(mode) for mode in modes.round(12)} == {
        tuple(np.round(mode, 12)) for mode in expected
    }


def test_the_grid_is_that_of_pacgan():
    expected = {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert {tuple(mode) for mode in grid_modes()} == expected
    assert len(grid_modes()) == 25


@pytest.mark.parametrize(
    ("dataset", "modes", "spread"), [(ring, ring_modes(), 0.01), (grid, grid_modes(), 0.05)]
)
def test_points_are_normal_around_each_mode_alike(dataset, modes, spread):
    data = dataset()
    assert data.spec == gankit.DataSpec({"images": (2,)})
    assert len(data) == 100_000 and data.arrays["images"].dtype == np.float32
    found = points(data)
    places, distances = nearest(found, modes)
    shares = np.bincount(places, minlength=len(modes)) / len(data)
    np.testing.assert_allclose(shares, 1 / len(modes), rtol=0.1)
    np.testing.assert_allclose((found - modes[places]).std(axis=0), spread, rtol=0.01)
    assert (distances < 3 * spread).mean() == pytest.approx(1 - np.exp(-4.5), abs=1e-3)  # Rayleigh


def test_equal_seeds_give_equal_points():
    assert np.array_equal(points(ring(100, seed=1)), points(ring(100, seed=1)))
    assert not np.array_equal(points(ring(100, seed=1)), points(ring(100, seed=2)))


def test_the_geometry_can_be_changed():
    np.testing.assert_allclose(ring_modes(4, 3), [[3, 0], [0, 3], [-3, 0], [0, -3]], atol=1e-12)
    assert {tuple(mode) for mode in grid_modes(2, 1)} == {
        (-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)
    }  # fmt: skip
    assert np.abs(points(grid(1000, 2, 10.0, 0.1))).min() > 4
