"""The loss `my-part` passes gankit's checks and gives known results."""

from pathlib import Path

import numpy as np
import pytest
from gankit import testing

from my_package.loss import MyPart


def test_the_plugin_is_complete():
    testing.check_plugin("my-distribution")


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_it_passes_the_check(scale):
    testing.check_loss(MyPart(scale))


def test_its_bound_is_tight_where_the_discriminator_is_perfect():
    p, q = np.array([0.75, 0.25]), np.array([0.5, 0.5])
    perfect = 2 * (p / q - 1)  # T = f'(p / q)
    real, fake = perfect[[0, 0, 0, 1]], perfect[[0, 0, 1, 1]]  # as often as p and q say
    loss = MyPart().discriminator(*(x[:, None].astype("float32") for x in (real, fake)))
    assert -float(loss) == pytest.approx(np.sum((p - q) ** 2 / q))


def test_its_recipe_plays():
    testing.check_recipe(Path(__file__).parents[1] / "recipe.toml")
