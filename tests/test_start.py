"""Runs whose networks start from those of another run, some of their layers frozen."""

import json
import shutil

import keras
import pytest
from games import values
from trained_runs import PARTS, RECIPE, assert_same_bits, resume, train

from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.game.freezing import layers_by_name
from gankit.recipe.recipe import read_recipe
from gankit.run.experiment import assemble
from gankit.run.folder import RunFolder
from gankit.run.load import restore
from gankit.run.start import start_of
from gankit.testing.requirement import equal

pytestmark = pytest.mark.long

SHORT = RECIPE.replace("epochs = 6", "epochs = 1")


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A run of one epoch."""
    return train(tmp_path_factory.mktemp("first"), SHORT).path


def recipe(folder, first, *overrides, freeze=""):
    path = folder / "second.toml"
    path.write_text(f'{SHORT}\n[start]\nrun = "{first}"\nfreeze = [{freeze}]\n')
    return read_recipe(path, load_plugins([PARTS]), overrides)


def networks(run):
    """Return the weights of a run's networks, those of the layers by name."""
    gan = restore(RunFolder(run), [PARTS]).gan
    return {
        f"{name}/{layer}": values(found.weights)
        for name, network in gan.networks.items()
        for layer, found in layers_by_name(network).items()
    }


def test_networks_start_from_the_weights_of_the_other_run(tmp_path, first):
    second = recipe(tmp_path, first)
    start = start_of(second, [PARTS])
    experiment = assemble(second, start=start.gan)
    for name, network in experiment.gan.networks.items():
        assert equal(values(network.weights), values(start.gan.networks[name].weights))
    averages = values(experiment.gan.averages["generator"])
    assert equal(averages, values(experiment.gan.networks["generator"].variables))
    assert int(experiment.gan.steps.value) == 0
    assert "4 of 4 weights of the discriminator" in experiment.carried


@pytest.mark.anywhere
def test_the_other_run_is_found_by_its_name(tmp_path, first, monkeypatch):
    shutil.copytree(first, tmp_path / "runs" / "first")
    monkeypatch.chdir(tmp_path)
    assert start_of(recipe(tmp_path, "first"), [PARTS]).run == "first"


def test_frozen_layers_stay_and_the_others_learn(tmp_path, first):
    text = f'{SHORT}\n[start]\nrun = "{first}"\nfreeze = ["discriminator/conv*", "batch_*"]\n'
    second = train(tmp_path, text, "second").path
    before, after = networks(first), networks(second)
    frozen = {name for name in before if equal(before[name], after[name])}
    assert frozen == {"discriminator/conv2d", "generator/batch_normalization"}
    facts = json.loads((second / "run.json").read_text())
    assert facts["start"] == {"run": str(first), "checkpoint": "step-000000012"}


@pytest.mark.anywhere
def test_weights_of_another_shape_are_not_carried_and_said_so(gankit, tmp_path, first):
    recipe(tmp_path, first)
    words = ["second.toml", "--plugin", PARTS, "--set", "architecture.latent=6"]
    code, out, error = gankit("check", *words)
    assert code == 0, error
    assert "carried 7 of 8 weights of the generator" in out
    code, out, error = gankit("run", *words)
    assert code == 0, error
    said = f"start      {first}, step-000000012: carried 7 of 8 weights of the generator"
    assert said in out


def test_a_run_resumes_without_the_one_it_started_from(tmp_path, first):
    source = shutil.copytree(first, tmp_path / "source")
    start = f'\n[start]\nrun = "{source}"\n'
    whole = train(tmp_path, SHORT.replace("epochs = 1", "epochs = 2") + start, "whole").path
    second = train(tmp_path, SHORT + start, "second").path
    shutil.rmtree(source)
    resume(second, "training.epochs=2")
    assert_same_bits(whole, second)


@pytest.mark.anywhere
def test_wrong_words_are_errors(tmp_path, first):
    with pytest.raises(
        GankitError, match=r'no network has a layer "conv3d"\. Did you mean "conv2d"'
    ):
        assemble(recipe(tmp_path, first, freeze='"conv3d"'))
    with pytest.raises(GankitError, match="the discriminator has nothing to train"):
        assemble(recipe(tmp_path, first, freeze='"discriminator/*"'))
    with pytest.raises(GankitError, match="is not a run"):
        start_of(recipe(tmp_path, tmp_path / "nowhere"))
    with pytest.raises(GankitError, match="has no checkpoint"):
        start_of(recipe(tmp_path, first, 'start.checkpoint="best"'), [PARTS])
    stages = 'stages=[{}, {start={run="elsewhere"}}]'
    with pytest.raises(GankitError, match="only the first stage"):
        recipe(tmp_path, first, stages)


def test_a_later_stage_trains_what_the_first_one_froze(tmp_path, first):
    thawed = "stages=[{}, {start={freeze=[]}}]"
    one, two = recipe(tmp_path, first, thawed, freeze='"conv2d"').stages()
    assert one.start.run == two.start.run == str(first)
    before = assemble(one)
    after = assemble(two, before)
    counts = [len(each.gan.trained_by("discriminator")) for each in (before, after)]
    assert counts == [2, 4]


@pytest.mark.anywhere
def test_layers_that_keras_numbers_are_numbered_within_their_network():
    keras.layers.Dense(1)
    x = noise = keras.Input((2,))
    for name in (None, "middle", None):
        x = keras.layers.Dense(2, name=name)(x)
    assert list(layers_by_name(keras.Model(noise, x))) == ["dense", "middle", "dense_1"]
