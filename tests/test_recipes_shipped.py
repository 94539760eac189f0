"""Every recipe that comes with gankit is in order, and plays two steps of its game, made small."""

import math
import tomllib

import numpy as np
import pytest
from PIL import Image

from gankit.discovery.plugins import load_plugins
from gankit.game.compatibility import incompatibilities
from gankit.recipe.recipe import check_recipe, read_recipe
from gankit.recipe.shipped import shipped_recipes
from gankit.run.experiment import assemble
from gankit.scoring.scorer import Scorer

pytestmark = pytest.mark.long

RECIPES = shipped_recipes()
PLAYED = ("architecture", "loss")
BATCH, EXAMPLES = 4, 40  # two steps of five turns


def test_there_are_as_many_as_we_think():
    assert len(RECIPES) == 29


HEAVY = ("gat_lego", "progressive_lego")  # a minute to trace; slow, so on TensorFlow only


def parts(name) -> set:
    """Return the parts of a recipe that a step plays, over all of its stages."""
    table = tomllib.loads(RECIPES[name].read_text("utf-8"))
    stages = [table, *table.get("stages", [])]
    networks = {(kind, t[kind].get("name")) for t in stages for kind in t if kind in PLAYED}
    return networks | {part["name"] for t in stages for part in t.get("stabilizers", [])}


def chosen():
    """Yield all recipes, on every backend those with a part that none before them has."""
    known: set = set()
    for name in RECIPES:
        repeats = parts(name) <= known
        known |= parts(name)
        marks = [pytest.mark.slow] * (name in HEAVY) + [pytest.mark.anywhere] * repeats
        yield pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", list(chosen()))
def test_it_is_in_order_and_plays(name, tmp_path):
    whole = read_recipe(RECIPES[name], load_plugins())
    stages = {"stages": whole.given["stages"]} if whole.later else {}
    assert RECIPES[name].read_text("utf-8").startswith("# ")
    narrow = check_recipe(small(whole.filled | stages, tmp_path), load_plugins(), name)
    experiment = None
    for stage in narrow.stages():
        experiment = assemble(stage, experiment)
        assert incompatibilities(experiment.gan, experiment.dataset) == []
        gan = experiment.gan
        played = gan.fit(experiment.batches(), steps_per_epoch=2, verbose=0, shuffle=False).history
        assert int(gan.steps.value) == 2
        assert all(math.isfinite(value) for values in played.values() for value in values), played
    if whole.metrics:
        scorer = Scorer.of_recipe(experiment.recipe, experiment.dataset, experiment.gan, EXAMPLES)
        scores = scorer(gan, "a trial")
        assert scorer.best_by in scores.values and not scores.left_out


def small(table: dict, folder) -> dict:
    """Return a recipe with narrow networks and little data, none of which is downloaded."""
    dataset = table["dataset"]
    if "count" in dataset:
        small = {"count": EXAMPLES}
    else:
        files = {"cifar10": _things, "folder": _images}.get(dataset["name"], _digits)
        small = {"path": str(files(folder))}
    return table | {
        "dataset": dataset | small,
        "architecture": {key: _narrow(key, value) for key, value in table["architecture"].items()},
        "training": table["training"] | {"epochs": 1, "batch_size": BATCH},
    }


def _narrow(key: str, value):
    if key.endswith("widths"):
        return [4] * len(value)
    return {"width": 4, "latent": 3, "blocks": 1, "embedding": 4, "levels": 2}.get(key, value)


def _digits(folder):
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (EXAMPLES, 28, 28), dtype="uint8")
    np.savez(folder / "digits.npz", x_train=images, y_train=np.arange(EXAMPLES) % 10)
    return folder / "digits.npz"


def _things(folder):
    rows = np.random.default_rng(0).integers(0, 10, (EXAMPLES // 5, 1 + 3072), dtype="uint8")
    for number in range(1, 6):
        (folder / f"data_batch_{number}.bin").write_bytes(rows.tobytes())
    return folder


def _images(folder):
    draw = np.random.default_rng(0)
    for number in range(EXAMPLES):
        Image.fromarray(draw.integers(0, 256, (16, 16, 3), "uint8")).save(folder / f"{number}.png")
    return folder
