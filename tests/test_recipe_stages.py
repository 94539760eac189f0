"""Stages are overrides, applied in order; each is a recipe of its own."""

import pytest
from recipe_reading import MINIMAL, problems, read

from gankit.errors import GankitError

pytestmark = pytest.mark.anywhere

STAGES = (
    MINIMAL
    + """
[training]
epochs = 3

[[stages]]
dataset.size = 16

[[stages]]
dataset.size = 32
training.epochs = 5

[[stages]]
loss = { name = "solo" }
"""
)


def test_a_stage_changes_the_one_before():
    stages = read(STAGES).stages()
    assert [stage.dataset.options["size"] for stage in stages] == [16, 32, 32]
    assert [stage.training.epochs for stage in stages] == [3, 5, 5]
    assert [stage.loss.name for stage in stages] == ["duel", "duel", "solo"]
    assert [list(stage.players) for stage in stages][1:] == [
        ["discriminator", "generator"],
        ["painter"],
    ]
    assert all(stage.stages() == [stage] for stage in stages)


def test_the_recipe_itself_is_without_its_stages():
    assert read(STAGES).dataset.options["size"] == 8


def test_a_staged_recipe_reads_again():
    recipe = read(STAGES)
    assert read(recipe.to_toml()) == recipe
    assert len(read(recipe.to_toml()).stages()) == 3
    assert read(recipe.to_toml()) != read(STAGES, "stages.1.training.epochs=6")


def test_arrays_are_replaced_and_tables_merged():
    recipe = read(
        MINIMAL
        + """
    stabilizers = [{ name = "jitter", amount = 0.5 }, { name = "jitter" }]
    stages = [{ stabilizers = [{ name = "jitter" }], loss.margin = 2 }]
    """
    )
    (stage,) = recipe.stages()
    assert [s.options["amount"] for s in stage.stabilizers] == [0.1]
    assert (stage.loss.name, stage.loss.options["margin"]) == ("duel", 2.0)


def test_another_part_does_not_inherit_options():
    text = MINIMAL.replace('"duel"', '"duel", margin = 3') + 'stages = [{ loss.name = "solo" }]'
    (stage,) = read(text).stages()
    assert stage.loss.options == {}


def test_a_player_of_any_stage_may_be_described():
    recipe = read(STAGES, "players.painter.repeats=2", "players.generator.repeats=3")
    assert "painter" not in recipe.players
    assert recipe.stages()[0].players["generator"].repeats == 3
    assert recipe.stages()[2].players["painter"].repeats == 2
    assert read(recipe.to_toml()) == recipe


def test_the_problems_of_a_stage_are_its_own():
    text = STAGES.replace("dataset.size = 32", "dataset.size = 320").replace('"solo"', '"sole"')
    found = problems(text, "architecture.latent=0")
    assert set(found) == {
        "architecture.latent",
        "stages.1.dataset.size",
        "stages.2.loss.name",
    }


def test_a_player_of_no_stage_is_a_problem():
    found = problems(STAGES, "players.paintr.repeats=2")
    assert list(found) == ["players.paintr"]
    assert 'Did you mean "painter"?' in found["players.paintr"]


@pytest.mark.parametrize("change", ["stages=1", "stages=[1]", "stages={a=1}"])
def test_stages_are_tables(change):
    with pytest.raises(GankitError, match="stages"):
        read(MINIMAL, change)


def test_a_stage_has_no_stages():
    assert "stages.0.stages" in problems(MINIMAL + "stages = [{ stages = [{ seed = 1 }] }]")
