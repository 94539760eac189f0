"""The architecture `my-part` passes gankit's checks and gives known results."""

from pathlib import Path

import gankit
import pytest
from gankit import testing

from my_package.architecture import my_part


def test_the_plugin_is_complete():
    testing.check_plugin("my-distribution")


@pytest.mark.parametrize("shape", [(2,), (8, 8, 3)])
def test_it_passes_the_check(shape):
    testing.check_architecture(my_part, gankit.DataSpec({"images": shape}), latent=3, width=5)


def test_it_has_as_many_weights_as_counted_by_hand():
    networks = my_part(gankit.DataSpec({"images": (2,)}), latent=3, width=5)
    hidden = 5 * 5 + 5
    assert networks["generator"].count_params() == (3 * 5 + 5) + hidden + (5 * 2 + 2)
    assert networks["discriminator"].count_params() == (2 * 5 + 5) + hidden + (5 * 1 + 1)


def test_its_recipe_plays():
    testing.check_recipe(Path(__file__).parents[1] / "recipe.toml")
