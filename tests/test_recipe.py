"""A recipe is checked whole, filled in, and reads again as it was written."""

import tomllib
from pathlib import Path

import pytest
from recipe_reading import MINIMAL, PARTS, problems, read

from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.recipe.recipe import check_recipe

pytestmark = pytest.mark.anywhere


def test_defaults_are_filled_in():
    recipe = read(MINIMAL)
    assert recipe.seed == 0
    assert recipe.dataset.name == "dots"
    assert recipe.dataset.options["size"] == 8
    assert recipe.architecture.options == {"latent": 4}  # neither spec nor previous
    assert recipe.loss.options == {"margin": 1.0}
    assert recipe.stabilizers == ()
    assert recipe.training.updates == "alternating"
    assert recipe.training.precision == "float32"
    assert (recipe.training.sample_every, recipe.training.checkpoint_every) == (1, 0)
    assert recipe.stages() == [recipe]
    assert recipe.source.endswith("recipe.toml")


def test_a_missing_player_gets_an_adam():
    recipe = read(MINIMAL)
    assert list(recipe.players) == ["discriminator", "generator"]
    optimizer = recipe.players["generator"].optimizer
    assert optimizer.name == "adam"
    assert optimizer.options["learning_rate"] == 2e-4
    assert optimizer.options["beta_1"] == 0.5
    assert recipe.players["generator"].repeats == 1


def test_parts_are_made_with_their_options():
    recipe = read(MINIMAL + 'stabilizers = [{ name = "jitter", amount = 1 }]')
    data = recipe.dataset.make()
    assert data.spec.shape == (8, 8, 1)
    assert recipe.loss.make().margin == 1.0
    assert recipe.stabilizers[0].make().amount == 1.0
    networks = recipe.architecture.make(data.spec, previous={"generator": "the elder"})
    assert networks["elder"] == "the elder"


def test_what_a_part_does_not_ask_for_is_not_passed():
    assert read(MINIMAL).dataset.make(previous=None).spec.shape == (8, 8, 1)


def test_an_integer_is_a_float():
    margin = read(MINIMAL, "loss.margin=2").loss.options["margin"]
    assert margin == 2.0 and isinstance(margin, float)


def test_arrays_and_paths_become_what_the_part_annotates():
    recipe = read(MINIMAL, "dataset.box=[2, 3]", 'dataset.path="a/b"')
    assert recipe.dataset.options["box"] == (2, 3)
    assert recipe.dataset.options["path"] == Path("a/b")


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ("loss.margin=true", "loss.margin", "valid number. Received: true"),
        ('loss.margin="1"', "loss.margin", 'valid number. Received: "1"'),
        ("dataset.size=true", "dataset.size", "valid integer. Received: true"),
        ("dataset.size=8.0", "dataset.size", "valid integer. Received: 8.0"),
        ("dataset.size=1", "dataset.size", "greater than or equal to 2. Received: 1"),
        ("dataset.size=65", "dataset.size", "less than or equal to 64. Received: 65"),
        ('dataset.ground="whit"', "dataset.ground", 'Did you mean "white"? Received: "whit"'),
        ("dataset.dark=1", "dataset.dark", "valid boolean. Received: 1"),
        ("dataset.box=[1]", "dataset.box.1", "is missing"),
        ("dataset.box=3", "dataset.box", "valid array. Received: 3"),
        ("dataset.classes=[1]", "dataset.classes.0", "valid string. Received: 1"),
        ("dataset.colour=1", "dataset.colour", "is unknown. Allowed: name, size"),
        ("dataset.siez=1", "dataset.siez", 'Did you mean "size"?'),
        ("architecture.spec=1", "architecture.spec", "is unknown"),
        ("architecture.previous=1", "architecture.previous", "is unknown"),
        ('loss.name="dual"', "loss.name", 'is not a known loss. Did you mean "duel"?'),
        ('loss.name=""', "loss.name", "is missing. Allowed: "),
        ("loss.name=3", "loss.name", "Received: 3"),
        ("loss=3", "loss", "should be a table. Received: 3"),
        ('dataset={name="crosses"}', "dataset.arms", "is missing\n→ gankit show crosses"),
        ("seed=-1", "seed", "greater than or equal to 0"),
        ("seed=4294967296", "seed", "less than 4294967296"),
        ("seed=1.5", "seed", "valid integer"),
        ("training.epochs=0", "training.epochs", "greater than or equal to 1"),
        ("training.batch=1", "training.batch", 'Did you mean "batch_size"?'),
        ('training.precision="mixed_bf16"', "training.precision", 'Did you mean "mixed_bfloat16"?'),
        ("training=1", "training", "should be a table"),
        ("stabilizers=1", "stabilizers", "valid array"),
        ("stabilizers=[1]", "stabilizers.0", "should be a table"),
        ('stabilizers=[{name="jiter"}]', "stabilizers.0.name", 'Did you mean "jitter"?'),
        ('stabilizers=[{name="jitter", amount=2}]', "stabilizers.0.amount", "gankit show jitter"),
        ("players=1", "players", "should be a table"),
        ("players.generator=1", "players.generator", "should be a table"),
        ("players.generatr.repeats=1", "players.generatr", 'Did you mean "generator"?'),
        ("players.generator.repeats=0", "players.generator.repeats", "greater than or equal to 1"),
        ("players.generator.repeat=1", "players.generator.repeat", 'Did you mean "repeats"?'),
        ("players.generator.optimizer=1", "players.generator.optimizer", "should be a table"),
        ("tranining.epochs=1", "tranining", 'Did you mean "training"?'),
    ],
)
def test_a_problem_is_named_with_its_place(change, place, said):
    found = problems(MINIMAL, change)
    assert list(found) == [place]
    assert said in found[place]


def test_all_problems_are_named_at_once():
    text = """
    seed = "now"
    [dataset]
    name = "dots"
    size = 1
    [loss]
    name = "dule"
    [[stabilizers]]
    name = "jitter"
    amount = 7
    [[stabilizers]]
    nmae = "jitter"
    [players.generator]
    optimizer = { name = "admam" }
    [training]
    epochs = false
    """
    assert list(problems(text)) == [
        "seed",
        "dataset.size",
        "architecture",
        "loss.name",
        "stabilizers.1.name",
        "stabilizers.0.amount",
        "players.generator.optimizer.name",
        "training.epochs",
    ]


def test_an_empty_recipe_lacks_its_sections():
    found = problems("")
    assert list(found) == ["dataset", "architecture", "loss"]
    assert "gankit list losses" in found["loss"]


def test_a_long_value_is_cut():
    found = problems(MINIMAL, f'loss.margin="{"x" * 10_000}"')
    assert len(found["loss.margin"]) < 200


def test_two_types_that_are_both_wrong_are_one_problem():
    found = problems(MINIMAL, 'players.generator.optimizer={name="adam", clipnorm="high"}')
    assert list(found) == ["players.generator.optimizer.clipnorm"]
    assert "valid integer, or should be a valid number. Received" in "".join(found.values())


def test_a_plugin_whose_annotation_means_nothing_is_named(tmp_path):
    file = tmp_path / "odd.py"
    file.write_text(
        "from __future__ import annotations\nimport gankit\n"
        "def odd(size: Nowhere = 1): pass\n"
        "@gankit.hookimpl\ndef gankit_datasets(): return {'odd': odd}\n"
    )
    table = {"dataset": {"name": "odd"}, "architecture": {"name": "tiny"}, "loss": {"name": "duel"}}
    with pytest.raises(GankitError, match=r"odd.py annotates size .*Nowhere"):
        check_recipe(table, load_plugins([PARTS, file]), "here")


def test_annotations_may_be_strings(tmp_path):
    file = tmp_path / "late.py"
    file.write_text(
        "from __future__ import annotations\nimport gankit\n"
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from nowhere import DataSpec\n"
        "def late(spec: DataSpec, size: int = 1): pass\n"
        "@gankit.hookimpl\ndef gankit_architectures(): return {'late': late}\n"
    )
    table = {
        "dataset": {"name": "dots"},
        "architecture": {"name": "late"},
        "loss": {"name": "duel"},
    }
    recipe = check_recipe(table, load_plugins([PARTS, file]), "here")
    assert recipe.architecture.options == {"size": 1}


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ("def odd(): pass", "must take 1 argument before its options"),
        ("def odd(spec, name='x'): pass", 'has an option "name"'),
        ("def odd(spec, x: object()): pass", "no schema can describe"),
    ],
)
def test_a_part_whose_signature_is_no_schema(tmp_path, definition, said):
    file = tmp_path / "odd.py"
    file.write_text(
        f"import gankit\n{definition}\n"
        "@gankit.hookimpl\ndef gankit_architectures(): return {'odd': odd}\n"
    )
    table = {"dataset": {"name": "dots"}, "architecture": {"name": "odd"}, "loss": {"name": "duel"}}
    with pytest.raises(GankitError, match=said) as caught:
        check_recipe(table, load_plugins([PARTS, file]), "here")
    assert "odd.py" in caught.value.message


# The filled recipe

FULL = """
seed = 7

[dataset]
name = "dots"
box = [2, 3]
path = "with \\"quotes\\" and \\u007f"

[architecture]
name = "tiny"

[loss]
name = "duel"

[[stabilizers]]
name = "jitter"

[[stabilizers]]
name = "jitter"
amount = 0.5

[players.generator]
repeats = 2
optimizer = { name = "sgd", learning_rate = { name = "cosine-decay", initial_learning_rate = 0.1, \
decay_steps = 10 } }
"""


def test_the_filled_recipe_reads_as_an_equal_one():
    recipe = read(FULL)
    again = read(recipe.to_toml())
    assert again == recipe
    assert again.to_toml() == recipe.to_toml()
    assert read(recipe.to_toml(mark_defaults=True)) == recipe


def test_the_filled_recipe_names_every_default():
    table = tomllib.loads(read(MINIMAL).to_toml())
    assert table["dataset"]["tint"] == 0.5
    assert table["players"]["discriminator"]["optimizer"]["learning_rate"] == 2e-4
    assert table["training"]["epochs"] == 1
    assert table["seed"] == 0


def test_defaults_are_marked():
    lines = read(FULL).to_toml(mark_defaults=True).splitlines()
    assert "seed = 7" in lines
    assert "box = [2, 3]" in lines
    assert "tint = 0.5 # default" in lines
    assert lines.count("amount = 0.1 # default") == 1
    assert lines.count("amount = 0.5") == 1
    assert lines.count("repeats = 1 # default") == 1
    assert 'name = "sgd"' in lines
    assert 'name = "adam" # default' in lines


def test_another_value_is_another_recipe():
    assert read(MINIMAL) == read(MINIMAL)
    assert read(MINIMAL) != read(MINIMAL, "loss.margin=2")
    assert read(MINIMAL) != read(MINIMAL, "seed=2")
