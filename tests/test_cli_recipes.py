"""The verbs that read recipes: show, check, schema, new."""

import json
import shlex
import tomllib
from pathlib import Path

import keras
import numpy as np
import pytest
from recipe_reading import CATALOGUE, MINIMAL, PARTS, read

from gankit.cli.check import class_words, part_of
from gankit.cli.option_words import default_in_words, type_in_words
from gankit.cli.show import part_lines, parts_named
from gankit.data.dataset import Dataset
from gankit.discovery.plugins import load_plugins
from gankit.recipe.recipe import check_recipe, read_recipe
from gankit.recipe.shipped import shipped_recipes

pytestmark = pytest.mark.anywhere

ROOT = Path(__file__).parents[1]


@pytest.fixture
def recipe(tmp_path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(MINIMAL + "training.batch_size = 8\n")
    return path


# show


def test_show_a_part(gankit):
    code, out, _ = gankit("show", "dots", "--plugin", PARTS)
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("dots  dataset of ")
    assert lines[1] == "Grey squares of one tint."
    assert "  size     8        integer ≥ 2, ≤ 64" in lines
    assert "      The side of an image, in pixels, at least 2." in lines
    assert "  path     not set  path" in lines
    assert '  ground   "white"  "white" or "black"' in lines
    assert "  box      [1, 1]   array of 2: integer, integer" in lines
    assert "  Malevich 1915, Black Square." in lines


def test_show_a_run_shows_its_recipe(gankit, recipe, tmp_path):
    (tmp_path / "made").mkdir()
    recipe.rename(tmp_path / "made/recipe.toml")
    of_run = gankit("show", "made", "--plugin", PARTS)
    assert of_run == gankit("show", "made/recipe.toml", "--plugin", PARTS)
    assert of_run[0] == 0 and "batch_size = 8\n" in of_run[1]


def test_show_marks_what_is_required(gankit):
    _, out, _ = gankit("show", "crosses", "--plugin", PARTS)
    assert "  arms  required  integer" in out.splitlines()
    assert "  arXiv:1920.01234" in out.splitlines()
    assert '  [dataset]\n  name = "crosses"\n  # arms = …\n' in out


def test_help_may_be_in_the_class_or_its_constructor(gankit):
    _, out, _ = gankit("show", "jitter", "--plugin", PARTS)
    assert "How much." in out and "How often, in steps." in out


@pytest.mark.parametrize("name", ["dots", "tiny", "duel", "solo", "jitter", "adam", "training"])
def test_a_snippet_can_be_pasted(name):
    (part,) = parts_named(name, CATALOGUE)
    lines = [str(line) for line in part_lines(part)]
    snippet = "\n".join(lines[lines.index("in a recipe") + 1 :])
    table = tomllib.loads(MINIMAL) | tomllib.loads(snippet)
    filled = check_recipe(table, CATALOGUE, "snippet")
    assert filled == check_recipe(filled.filled, CATALOGUE, "again")


def test_a_name_of_two_kinds_is_shown_twice(gankit, tmp_path):
    file = tmp_path / "two.py"
    file.write_text(
        "import gankit\ndef f(spec, depth: int = 1):\n    '''A part.'''\n"
        "@gankit.hookimpl\ndef gankit_datasets(): return {'bce': f}\n"
        "@gankit.hookimpl\ndef gankit_architectures(): return {'bce': f}\n"
    )
    _, out, _ = gankit("show", "bce", "--plugin", file)
    for kind in ("dataset", "architecture", "loss"):
        assert f"bce  {kind} of" in out


def test_show_a_score_shows_its_metric(gankit):
    assert gankit("show", "precision")[1].startswith("prdc  metric of gankit")


def test_show_a_name_that_nothing_has(gankit):
    code, _, err = gankit("show", "dcgam")
    assert code == 1
    assert 'Did you mean "dcgan"?' in err and "→ gankit list" in err


def test_a_folder_of_the_name_is_not_in_the_way(gankit, tmp_path):
    (tmp_path / "bce").mkdir()
    assert gankit("show", "bce")[0] == 0


def test_show_a_recipe_with_its_defaults_marked(gankit, recipe):
    code, out, _ = gankit("show", recipe, "--plugin", PARTS, "--set", "seed=3")
    assert code == 0
    assert "seed = 3\n" in out
    assert "tint = 0.5 # default\n" in out
    assert read(out) == read(recipe.read_text(), "seed=3")


@pytest.mark.parametrize(
    ("schema", "words", "default"),
    [
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "number ≥ 0, < 1", "required"),
        ({"enum": ["a", "b"], "type": "string", "default": "a"}, '"a" or "b"', '"a"'),
        (
            {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
            "integer",
            "not set",
        ),
        ({"type": "array", "items": {"type": "string"}}, "array of string", "required"),
        ({"anyOf": [{"type": "number"}, {"$ref": "#/x"}]}, "number or table", "required"),
        ({"const": "a"}, '"a"', "required"),
        ({}, "anything", "required"),
    ],
)
def test_types_in_words(schema, words, default):
    assert type_in_words(schema) == words
    assert default_in_words(schema) == default


# check


def test_check_adds_stabilizers_as_run_does(gankit, recipe):
    code, out, _ = gankit("check", recipe, "--with", "ema", "--plugin", PARTS)
    assert code == 0
    assert out.endswith(f"→ gankit run {recipe} --with ema --plugin {PARTS}\n")
    code, _, err = gankit("check", recipe, "--with", "emma", "--plugin", PARTS)
    assert code == 1 and 'Did you mean "ema"?' in err


def test_check_builds_and_plays_a_batch(gankit, recipe):
    code, out, err = gankit("check", recipe, "--plugin", PARTS)
    assert (code, err) == (0, "")
    assert "32 examples" in out
    assert "generator               320              0" in out  # (4 + 1) · 64
    assert "discriminator            65              0" in out  # 64 + 1
    assert "d_loss" in out and "g_loss" in out
    assert out.endswith(f"{recipe} is valid\n→ gankit run {recipe} --plugin {PARTS}\n")


def test_check_plays_large_steps_eagerly_where_compiling_them_is_slow(gankit, recipe, monkeypatch):
    _, out, _ = gankit("check", recipe, "--plugin", PARTS)
    eager = keras.backend.backend() == "torch"
    assert f"s with {'eager execution' if eager else 'compilation'}\n" in out
    monkeypatch.setattr("gankit.cli.check.MANY", 1)
    code, out, err = gankit("check", recipe, "--plugin", PARTS)
    assert (code, err) == (0, "")
    compiled = keras.backend.backend() == "jax"
    assert f"s with {'compilation' if compiled else 'eager execution'}\n" in out


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the optimizer is TensorFlow's")
def test_check_leaves_tensorflow_compiling_as_before(gankit, recipe):
    import tensorflow as tf

    assert gankit("check", recipe, "--plugin", PARTS)[0] == 0
    assert not tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer")


def test_check_plays_a_part_of_a_large_batch_on_a_cpu(gankit, recipe):
    count = "dataset.count=96"
    _, out, _ = gankit("check", recipe, "--plugin", PARTS)
    assert "only the first" not in out
    words = ("--plugin", PARTS, "--set", count, "--set", "training.batch_size=96", "--cpu")
    code, out, _ = gankit("check", recipe, *words)
    assert code == 0 and "only the first 12 of its 96 examples\n" in out
    code, _, err = gankit("check", recipe, *words, "--set", "training.batch_size=100")
    assert code == 1 and "a step needs 100 examples, but the dataset has 96" in err


@pytest.mark.parametrize(
    ("size", "part"), [(1, 1), (16, 8), (18, 18), (100, 100), (384, 12), (17, 17)]
)
def test_a_part_of_a_batch_can_be_grouped_like_the_batch(size, part):
    assert part_of(size) == part


def test_the_next_command_is_of_the_recipe_that_was_checked(gankit, recipe):
    changes = ["--set", 'loss.name="bce"', "--set", "seed=3", "--plugin", str(PARTS)]
    changes += ["--backend", keras.backend.backend(), "--cpu"]
    code, out, err = gankit("check", recipe, *changes)
    assert (code, err) == (0, "")
    assert shlex.split(out.splitlines()[-1]) == ["→", "gankit", "run", str(recipe), *changes]


def test_check_names_the_classes_and_counts_their_examples():
    labels = np.array([0, 0, 0, 2])
    data = Dataset({"images": np.zeros((4, 8)), "labels": labels}, ["cat", "dog", "eel"])
    assert class_words(data.counts()) == "cat: 3, dog: 0, eel: 1"
    many = {str(number): 1000 * number for number in range(1000)}
    assert class_words(many).startswith("0: 0, 1: 1,000, ")
    assert class_words(many).endswith("11: 11,000, … 988 more")


def test_check_names_all_problems(gankit, recipe):
    changes = ("--set", "dataset.size=1", "--set", 'loss.name="dule"')
    code, out, err = gankit("check", recipe, "--plugin", PARTS, *changes)
    assert (code, out) == (1, "")
    assert "small.toml has 2 problems:" in err
    assert "    → gankit list losses" in err
    assert "Traceback" not in err


def test_check_plays_every_stage(gankit, recipe):
    recipe.write_text(recipe.read_text() + "stages = [{}, { dataset.size = 4 }]")
    code, out, _ = gankit("check", recipe, "--plugin", PARTS)
    assert code == 0
    assert "stage 1 of 2" in out and "images (8, 8, 1)" in out
    assert "stage 2 of 2" in out and "images (4, 4, 1)" in out


def test_check_stops_at_a_loss_that_is_not_finite(gankit, recipe):
    code, _, err = gankit("check", recipe, "--plugin", PARTS, "--set", "loss.margin=1e39")
    assert code == 1
    assert "not finite on the first batch: d_loss" in err


def test_check_of_a_game_of_one_player(gankit, recipe):
    code, out, _ = gankit("check", recipe, "--plugin", PARTS, "--set", 'loss.name="solo"')
    assert code == 0
    assert "p_loss" in out


# schema


def test_the_schema_describes_every_part(gankit):
    code, out, _ = gankit("schema", "--plugin", PARTS)
    assert code == 0
    schema = json.loads(out)
    defined = schema["$defs"]
    assert schema["required"] == ["dataset", "architecture", "loss"]
    assert not schema["additionalProperties"]
    assert "stages" in schema["properties"]
    for part in ("datasets-dots", "architectures-dcgan", "losses-duel", "stabilizers-ema"):
        assert not defined[part]["additionalProperties"]
        assert defined[part]["properties"]["name"]["const"] == part.split("-")[1]
    names = {choice["$ref"].split("/")[-1] for choice in schema["properties"]["loss"]["anyOf"]}
    assert {"losses-duel", "losses-bce"} <= names
    assert "optimizers-adam" in defined and "schedules-cosine-decay" in defined


def test_the_schema_knows_features_by_name_and_with_options(gankit):
    defined = json.loads(gankit("schema")[1])["$defs"]
    name, *tables = defined["scoring"]["properties"]["features"]["anyOf"]
    assert name == {"type": "string"}
    assert {"$ref": "#/$defs/features-inception-fid"} in tables
    assert {"name", "weights"} < defined["features-inception-fid"]["properties"].keys()
    assert defined["features-keras"]["required"] == ["name", "network", "weights"]


def test_the_schema_tells_ranges_defaults_and_help(gankit):
    _, out, _ = gankit("schema", "--plugin", PARTS)
    size = json.loads(out)["$defs"]["datasets-dots"]["properties"]["size"]
    assert (size["minimum"], size["maximum"], size["default"]) == (2, 64, 8)
    assert size["description"].startswith("The side of an image")


def test_a_part_that_does_not_load_is_left_out(gankit, tmp_path):
    file = tmp_path / "broken.py"
    file.write_text(
        "import gankit\n@gankit.hookimpl\n"
        "def gankit_losses(): return {'gone': 'nowhere_at_all:Gone'}\n"
    )
    code, out, err = gankit("schema", "--plugin", file)
    assert code == 0
    assert "losses-gone" not in json.loads(out)["$defs"]
    assert "warning: left out" in err and "nowhere_at_all" in err


# new


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    path = tmp_path / "shipped" / "small.toml"
    path.parent.mkdir()
    path.write_text(MINIMAL)
    monkeypatch.setattr("gankit.cli.new.shipped_recipes", lambda: {"small": path})
    return path


def test_new_copies_a_recipe(gankit, shipped, tmp_path):
    code, out, _ = gankit("new", "recipe", "small")
    assert code == 0
    assert (tmp_path / "small.toml").read_text() == MINIMAL
    assert out == "wrote small.toml\n→ gankit check small.toml\n→ gankit run small.toml\n"


def test_new_never_overwrites(gankit, shipped, tmp_path):
    (tmp_path / "small.toml").write_text("mine")
    code, _, err = gankit("new", "recipe", "small")
    assert code == 1
    assert "already exists" in err
    assert (tmp_path / "small.toml").read_text() == "mine"


def test_new_under_another_name(gankit, shipped, tmp_path):
    gankit("new", "recipe", "mine", "--from", "small")
    gankit("new", "recipe", "yours", "--from", tmp_path / "mine.toml", "--out", "theirs.toml")
    assert (tmp_path / "theirs.toml").read_text() == MINIMAL
    assert not (tmp_path / "yours.toml").exists()
    (tmp_path / "runs/small-1").mkdir(parents=True)
    (tmp_path / "runs/small-1/recipe.toml").write_text("seed = 9")
    gankit("new", "recipe", "ours", "--from", "small-1")
    assert (tmp_path / "ours.toml").read_text() == "seed = 9"


@pytest.mark.parametrize("words", [["smal"], ["mine", "--from", "smal"]])
def test_new_lists_what_there_is(gankit, shipped, words):
    code, _, err = gankit("new", "recipe", *words)
    assert code == 1
    assert 'Did you mean "small"? Allowed: small, a file, or a run' in err


def test_new_where_nothing_can_be_written(gankit, shipped):
    code, _, err = gankit("new", "recipe", "small", "--out", "no/such/folder.toml")
    assert code == 1
    assert "cannot be written" in err


def test_every_shipped_recipe_is_in_order():
    recipes = shipped_recipes()
    assert len(recipes) == len(list((ROOT / "recipes").rglob("*.toml")))
    for path in recipes.values():
        assert read_recipe(path, load_plugins()).to_toml()
