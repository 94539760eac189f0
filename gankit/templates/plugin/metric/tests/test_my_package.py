"""The metric `my-part` passes gankit's checks and gives known results."""

from pathlib import Path

import numpy as np
import pytest
from gankit import testing

from my_package.metric import my_part

REAL = np.random.default_rng(0).standard_normal((500, 1))


def test_the_plugin_is_complete():
    testing.check_plugin("my-distribution")


def test_it_passes_the_check():
    testing.check_metric(my_part)


def test_in_one_dimension_it_is_the_distance_that_samples_moved():
    assert my_part(REAL, REAL) == 0
    assert my_part(REAL, REAL + 0.5) == pytest.approx(0.5)


def test_its_recipe_plays():
    testing.check_recipe(Path(__file__).parents[1] / "recipe.toml")
