"""The monitor `my-part` passes gankit's checks and gives known results."""

from pathlib import Path
from types import SimpleNamespace

import gankit
import pytest
from gankit import testing
from keras import ops

from my_package.monitor import MyPart


def test_the_plugin_is_complete():
    testing.check_plugin("my-distribution")


def test_it_passes_the_check():
    testing.check_monitor(
        MyPart,
        sick={"mean_distance": [0.1, 0.7, 0.8]},
        healthy={"mean_distance": [0.1, 0.7, 0.1]},
    )


def test_the_distance_is_of_the_means():
    judgment = SimpleNamespace(fake_images=ops.zeros((4, 2)), real_images=ops.ones((4, 2)) / 4)
    (distance,) = MyPart().watch(gankit.Look([judgment])).values()
    assert float(distance) == pytest.approx(0.25)


def test_its_recipe_plays():
    testing.check_recipe(Path(__file__).parents[1] / "recipe.toml")
