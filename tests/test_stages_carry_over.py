"""What a stage goes on with: the weights of the one before, whatever stabilizers made of them."""

from pathlib import Path

import numpy as np
import pytest
from games import for_few_steps, values

from gankit.discovery.plugins import load_plugins
from gankit.recipe.recipe import read_recipe
from gankit.run.experiment import assemble

CATALOGUE = load_plugins([Path(__file__).parent / "small_parts.py"])
RECIPE = """
dataset = {{ name = "blobs", count = 16 }}
architecture = {{ name = "small" }}
loss = {{ name = "bce" }}
stabilizers = [{}]
training.batch_size = 8

[[stages]]

[[stages]]
stabilizers = [{}]
"""
SPECTRAL = '{ name = "spectral-norm", network = "both" }'
MINIBATCH = '{ name = "minibatch-discrimination", kernels = 3, dimensions = 2 }'
VIRTUAL = '{ name = "virtual-batch-norm", reference = 3 }'
ADDED = {  # to the networks, by name
    SPECTRAL: ["u", "u", "u", "u"],
    MINIBATCH: ["readout", "tensor"],
    VIRTUAL: ["reference"],
}


def stages(folder, *stabilizers):
    """Return the games of two stages, of which the first was played."""
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(*stabilizers), encoding="utf-8")
    first, second = read_recipe(path, CATALOGUE).stages()
    before = assemble(first)
    for_few_steps(before.gan).fit(before.batches(), verbose=0, shuffle=False)
    return before.gan, assemble(second, before).gan


def named(gan, name):
    return [v for network in gan.networks.values() for v in network.weights if v.name == name]


@pytest.mark.parametrize("stabilizer", ADDED)
def test_all_weights_go_on_with_those_that_a_stabilizer_added(tmp_path, stabilizer):
    before, after = stages(tmp_path, stabilizer, stabilizer)
    for name in before.networks:
        old, new = before.networks[name].weights, after.networks[name].weights
        assert not {id(v) for v in old} & {id(v) for v in new}
        for ours, theirs in zip(values(old), values(new), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    added = [v.name for name in set(ADDED[stabilizer]) for v in named(after, name)]
    assert sorted(added) == ADDED[stabilizer]
    assert all(np.abs(x).max() > 0 for x in values(named(after, "readout")))


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("first", "second"),
    [("", MINIBATCH), (SPECTRAL, ""), (MINIBATCH, f"{SPECTRAL}, {MINIBATCH}, {VIRTUAL}")],
)
def test_the_weights_of_the_architecture_go_on_with_other_stabilizers(tmp_path, first, second):
    before, after = stages(tmp_path, first, second)
    for name in before.given:
        old, new = before.given[name].weights, after.given[name].weights
        trained = {id(v) for v in after.networks[name].trainable_weights}
        assert {id(v) for v in after.given[name].trainable_weights} <= trained
        for ours, theirs in zip(values(old), values(new), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_averages_begin_at_the_weights_that_went_on(tmp_path):
    averaged = f'{VIRTUAL}, {{ name = "ema" }}, {{ name = "historical-averaging" }}'
    before, after = stages(tmp_path, VIRTUAL, averaged)
    weights = values(before.networks["generator"].variables)
    for ours, theirs in zip(weights, values(after.averages["generator"]), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    history = after.stabilizers[2].averages["discriminator"]
    for ours, theirs in zip(values(before.trained_by("discriminator")), values(history)):
        np.testing.assert_array_equal(ours, theirs)
