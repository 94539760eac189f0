"""The dataset `my-part` passes gankit's checks and gives known results."""

from pathlib import Path

import numpy as np
from gankit import testing

from my_package.dataset import CENTRES, my_part


def test_the_plugin_is_complete():
    testing.check_plugin("my-distribution")


def test_it_passes_the_check():
    found = testing.check_dataset(my_part, count=100)
    assert len(found) == 100 and found.spec.shape == (2,)


def test_points_without_spread_are_on_half_circles():
    arrays = my_part(count=1000, spread=0.0).arrays
    away = arrays["images"] - CENTRES[arrays["labels"]]
    np.testing.assert_allclose(np.hypot(*away.T), 1, rtol=1e-5)
    assert np.array_equal(away[:, 1] < 0, arrays["labels"] == 1)


def test_its_recipe_plays():
    testing.check_recipe(Path(__file__).parents[1] / "recipe.toml")
