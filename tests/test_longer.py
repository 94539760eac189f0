"""Runs that go on for more epochs than their recipe asked for."""

import shutil

import pytest
from trained_runs import PARTS, RECIPE, STAGES, assert_same_bits, resume, state, train

from gankit.errors import GankitError
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder
from gankit.run.history import read_history
from gankit.run.lengthening import lengthen

pytestmark = pytest.mark.long

SHORT = RECIPE.replace("epochs = 6", "epochs = 2")
COSINE = """
[players.generator.optimizer]
learning_rate = { name = "cosine-decay", initial_learning_rate = 1e-3, decay_steps = 40 }
"""


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A finished run of two epochs."""
    return train(tmp_path_factory.mktemp("short"), SHORT + COSINE).path


@pytest.fixture
def run(short, tmp_path):
    """A copy of it."""
    return shutil.copytree(short, tmp_path / "run")


def test_a_longer_run_has_the_bits_of_one_that_was_asked_for_at_once(run, tmp_path):
    (warning,) = lengthen(RunFolder(run), [PARTS], ["training.epochs=4"])
    resume(run)
    assert "the learning rate of the generator follows cosine-decay" in warning
    assert "decay_steps = 40" in warning and "discriminator" not in warning
    whole = train(tmp_path, SHORT.replace("epochs = 2", "epochs = 4") + COSINE, "whole").path
    assert_same_bits(run, whole)
    assert state(run)[0] == "step-000000048"
    histories = [read_history(RunFolder(path).history) for path in (run, whole)]
    for row in (row for rows in histories for row in rows):
        del row["seconds"], row["images_per_second"]
    assert histories[0] == histories[1] and len(histories[0]) == 4
    assert (run / "recipe.toml").read_text() == (whole / "recipe.toml").read_text()
    RunFolder(run).check_recipe()


@pytest.mark.anywhere
def test_a_finished_run_says_how_it_trains_longer(gankit, run):
    code, out, _ = gankit("run", "--resume", run, "--plugin", PARTS)
    assert code == 0 and "--set training.epochs=N" in out


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("training.epochs=1", "already trained 2 epochs"),
        ("training.batch_size=4", "allows only --devices and --set training.epochs=N"),
        ("loss.name='hinge'", "allows only --devices and --set training.epochs=N"),
        ("training.epochs=0", "training.epochs"),
    ],
)
def test_nothing_else_changes(run, change, said):
    before = (run / "recipe.toml").read_text()
    with pytest.raises(GankitError, match=said):
        resume(run, change)
    assert (run / "recipe.toml").read_text() == before


@pytest.mark.anywhere
def test_only_the_stage_that_is_not_over_changes(tmp_path):
    stages = STAGES.replace("epochs = 6", "epochs = 1").replace("epochs = 8", "epochs = 1")
    run = train(tmp_path, SHORT + stages).path
    with pytest.raises(GankitError, match=r"stage 1 has already ended, after 1 epoch\."):
        resume(run, "stages.0.training.epochs=2")
    resume(run, "stages.1.training.epochs=2")
    assert Checkpoints(run / "checkpoints").newest().place.steps == 36
    whole = stages.replace("epochs = 1, updates", "epochs = 2, updates")
    assert_same_bits(run, train(tmp_path, SHORT + whole, "whole").path)


@pytest.mark.anywhere
def test_a_run_killed_while_its_recipe_changes_resumes(run):
    folder = RunFolder(run)
    text = folder.recipe.read_text().replace("epochs = 2", "epochs = 3")
    written, facts = [], folder.facts.read_text()
    folder._write_facts = lambda new: written.append(new)
    folder.write_recipe(text)
    for step in written[:1]:  # killed before the last one
        RunFolder(run)._write_facts(step)
    RunFolder(run).check_recipe()
    resume(run)
    folder.facts.write_text(facts)
    with pytest.raises(GankitError, match="has changed since"):
        RunFolder(run).check_recipe()
