"""Networks that grow from stage to stage, and the weights that they keep."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

from gankit.discovery.plugins import load_plugins
from gankit.game.carried_weights import carry_over, matching
from gankit.recipe.recipe import read_recipe
from gankit.run.experiment import assemble

pytestmark = pytest.mark.long

PARTS = Path(__file__).with_name("growing_parts.py")
RECIPE = """
dataset = { name = "squares" }
architecture = { name = "growing" }
loss = { name = "bce" }
training.batch_size = 8

[[stages]]

[[stages]]
dataset.size = 16
architecture.alpha = 0.0
"""
GROWN = (
    "carried 6 of 10 weights of the generator, 6 of 10 weights of the discriminator"  # and biases
)


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "growing.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def test_a_grown_network_first_makes_the_same_images_at_twice_the_size(recipe):
    first, second = read_recipe(recipe, load_plugins([PARTS])).stages()
    before = assemble(first)
    before.gan.fit(before.batches(), verbose=0, shuffle=False)
    after = assemble(second, before)
    noise = np.random.default_rng(1).standard_normal((8, 3), dtype="float32")
    small, large = (ops.convert_to_numpy(gan.sample(noise)) for gan in (before.gan, after.gan))
    doubled = small.repeat(2, axis=1).repeat(2, axis=2)
    assert np.ptp(small) > 0.1
    np.testing.assert_allclose(large, doubled, rtol=0, atol=1e-6)
    logits = [
        ops.convert_to_numpy(each.gan.networks["discriminator"](images, training=False))
        for each, images in ((before, small), (after, doubled))
    ]
    np.testing.assert_allclose(logits[1], logits[0], rtol=1e-6, atol=1e-6)
    assert after.carried == GROWN


@pytest.mark.anywhere
def test_check_and_run_say_how_many_weights_are_carried(gankit, recipe):
    code, out, error = gankit("check", recipe, "--plugin", PARTS)
    assert code == 0, error
    assert out.count("carried") == 1 and GROWN in " ".join(out.split())
    code, out, error = gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    assert code == 0, error
    begins = out.index("stage 2")
    assert GROWN in out[begins:] and out.index(" 1/2 ") < begins < out.index(" 2/2 ")


@pytest.mark.anywhere
def test_a_stage_that_cannot_be_built_is_an_error_before_the_first_one_trains(
    gankit, recipe, tmp_path
):
    size = "stages.1.dataset.size=12"
    code, out, error = gankit("run", recipe, "--plugin", PARTS, "--out", "run", "--set", size)
    assert code == 1 and "growing needs 8, 16, … pixels" in error
    assert "epoch" not in out and not (tmp_path / "run").exists()


def network(*sizes: int, name: str = "") -> keras.Model:
    """Return dense layers of these sizes, with names of their own or those that Keras numbers."""
    x = noise = keras.Input((3,))
    for number, size in enumerate(sizes):
        x = layers.Dense(size, name=f"{name}_{number}" if name else None)(x)
    return keras.Model(noise, x)


def carried(old: keras.Model, new: keras.Model) -> list[int]:
    """Return the places of the weights of a new network that are those of the old one."""
    pairs = {id(after): before for before, after in matching(old, new)}
    (found,) = carry_over(({"body": old}, {"body": new}))
    assert (found.network, found.count, found.total) == ("body", len(pairs), len(new.weights))
    places = [place for place, weight in enumerate(new.weights) if id(weight) in pairs]
    for place in places:
        before = ops.convert_to_numpy(pairs[id(new.weights[place])])
        np.testing.assert_array_equal(ops.convert_to_numpy(new.weights[place]), before)
    return places


@pytest.mark.anywhere
def test_equal_shapes_need_no_names():
    assert carried(network(4, 5), network(4, 5, name="block")) == [0, 1, 2, 3]


@pytest.mark.anywhere
def test_layers_of_equal_kinds_need_no_names_where_one_shape_differs():
    assert carried(network(4, 5, 6), network(4, 7, 6)) == [0, 1, 5]


@pytest.mark.anywhere
def test_layers_are_found_by_name_where_others_are_new():
    assert carried(network(4, 5, name="block"), network(4, 5, 6, name="block")) == [0, 1, 2, 3]
    assert carried(network(4, 5, name="block"), network(4, 6, 6, name="block")) == [0, 1]


@pytest.mark.anywhere
def test_numbered_names_are_no_names():
    assert carried(network(4, 5), network(4, 5, 6)) == []
