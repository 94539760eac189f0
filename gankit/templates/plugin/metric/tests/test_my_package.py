"""The metric `my-part`: what gankit asks of every metric, and what is known of this one."""

from pathlib import Path

import numpy as np
import pytest
from gankit import testing

from my_package.metric import my_part

RECIPE = Path(__file__).parents[1] / "recipe.toml"
REAL = np.random.default_rng(0).standard_normal((500, 1))


def test_the_plugin_is_complete():
    testing.check_plugin("my-distribution")


def test_it_keeps_to_what_a_metric_is():
    testing.check_metric(my_part)


def test_on_a_line_it_is_how_far_samples_are_moved():
    assert my_part(REAL, REAL) == 0
    assert my_part(REAL, REAL + 0.5) == pytest.approx(0.5)


def test_its_recipe_plays():
    testing.check_recipe(RECIPE)
