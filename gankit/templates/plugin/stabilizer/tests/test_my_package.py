"""The stabilizer `my-part` passes gankit's checks and gives known results."""

from pathlib import Path
from types import SimpleNamespace

import keras
import pytest
from gankit import testing
from keras import ops

from my_package.stabilizer import MyPart


def test_the_plugin_is_complete():
    testing.check_plugin("my-distribution")


def test_it_passes_the_check():
    testing.check_stabilizer(MyPart, off={"weight": 0.0}, weight=0.1)


def test_the_penalty_of_a_linear_discriminator_is_its_squared_slope():
    slope, x = ops.convert_to_tensor([[3.0], [-4.0]]), ops.zeros((5, 2))
    part = MyPart(weight=0.5)
    part.prepare(SimpleNamespace(seed=keras.random.SeedGenerator(0)))
    judgment = SimpleNamespace(
        judge=lambda images: ops.matmul(images, slope), real_images=x, fake_images=x + 1
    )
    turn = SimpleNamespace(player="discriminator", judgments=[judgment])
    assert float(part.penalty(turn)) == pytest.approx(0.5 * (3**2 + 4**2))


def test_its_recipe_plays():
    testing.check_recipe(Path(__file__).parents[1] / "recipe.toml")
