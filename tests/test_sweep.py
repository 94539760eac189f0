"""Sweeps in this process: their trials are runs, go on, and are pruned."""

import dataclasses
import json
from pathlib import Path

import pytest
from rich.console import Console
from run_folders import Parsed, scored, write_run
from sweeps import PARTS, RATE, RECIPE, SPACE, begin, write_files

from gankit.api.runs import summaries
from gankit.api.sweep import ask_for, begin_sweep, open_sweep
from gankit.errors import GankitError, Interrupted
from gankit.recipe import toml
from gankit.run.folder import RunFolder
from gankit.sweep.study import find_study
from gankit.sweep.trials import Pruned, Sweep, in_words

pytestmark = pytest.mark.anywhere

optuna = pytest.importorskip("optuna")
TRIALS = 4


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A sweep of four trials of which the last breaks."""
    folder = tmp_path_factory.mktemp("sweep")
    sweep = begin(folder, RECIPE, SPACE, trials=TRIALS)
    sweep.play()
    return sweep


def test_a_sweep_goes_on_after_one_that_was_killed_while_it_wrote(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gankit.sweep.study.PATIENCE", 3)
    folder = begin(Path(), RECIPE, SPACE, trials=TRIALS).folder
    find_study(folder, folder.facts())._storage._backend._lock.acquire()
    assert len(list(Path("sweep").glob("*.lock"))) == 1
    sweep = open_sweep(folder, Console(quiet=True), plugins=[PARTS])
    assert sweep.study.ask().number == 0 and not list(Path("sweep").glob("*.lock"))


@pytest.mark.long
def test_the_best_trial_is_one_that_learns(made):
    best, *_, worst = made.best()
    rates = [trial.params[RATE] for trial in made.study.trials]
    assert len(rates) == TRIALS and set(rates) == {1e-3, 10.0}
    assert (best.params[RATE], worst.params[RATE]) == (1e-3, 10.0)
    assert best.value < 0.9 * worst.value


@pytest.mark.long
def test_trials_are_runs_with_their_options(made, gankit):
    found = {run.name: run for run in summaries(made.folder.path)}
    assert sorted(found) == [f"trial-{number}" for number in range(TRIALS)]
    assert {run.state for run in found.values()} == {"finished"}
    for trial in made.study.trials:
        run = made.folder.run(trial.number)
        recipe = toml.read(run.recipe)
        assert recipe["architecture"]["latent"] == trial.params["architecture.latent"]
        assert recipe["players"]["generator"]["optimizer"]["learning_rate"] == trial.params[RATE]
        lines = [json.loads(line) for line in run.scores.read_text().splitlines()]
        values = [line["scores"]["frechet_distance"] for line in lines]
        assert trial.value == min(values)
        assert trial.intermediate_values == dict(zip((1, 2, 3), values))
    code, out, _ = gankit("compare", *(made.folder.run(n).path for n in (0, 1)), "--count", 0)
    assert code == 0 and "frechet_distance" in out


@pytest.mark.long
def test_the_best_recipes_run(made, gankit):
    first, second, third = made.write_best()
    text = first.read_text()
    assert text.startswith(f"# Trial {made.best()[0].number} of ") and "frechet_distance" in text
    assert toml.read(first)["players"]["generator"]["optimizer"]["learning_rate"] == 1e-3
    assert gankit("check", second)[0] == 0 and third.exists()


@pytest.mark.long
def test_the_page_of_a_sweep(made, gankit):
    files = made.write_best()
    code, out, _ = gankit("report", made.folder.path)
    assert code == 0 and out.startswith(f"wrote {made.folder.path}/report.html")
    page = Parsed(made.folder.path / "report.html")
    options = [element[1]["aria-label"] for element in page.all("svg", role="img")]
    asked = [f"frechet_distance of each trial against {key}" for key in made.space.options]
    assert options == asked
    known = [trial for trial in made.study.trials if trial.intermediate_values]
    dots = [c for c in page.all("circle") if "dot" in c[1].get("class", "")]
    assert len(dots) == len(asked) * len(known)
    assert len(page.images) == len(files)
    (chart,) = page.charts
    assert chart["title"] == "frechet_distance (pixels)"
    assert len(chart["series"]) == len(known)
    rows = [row for row in page.all("th", scope="row") if row[2].isdecimal()]
    assert [row[2] for row in rows] == [str(number) for number in range(TRIALS)]


@pytest.mark.long
def test_tensorboard_can_rank_the_trials(made):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for trial in made.best():
        run = EventAccumulator(str(made.folder.run(trial.number).path))
        run.Reload()
        assert "_hparams_/session_start_info" in run.PluginTagToContent("hparams")
        (tag,) = (tag for tag in run.Tags()["scalars"] if tag.startswith("best/"))
        assert run.Scalars(tag)[-1].value == pytest.approx(trial.value, rel=1e-6)


@pytest.mark.long
def test_the_same_command_goes_on_and_more_trials_are_added(made, tmp_path):
    table = toml.read(made.folder.recipe)
    recipe, space = write_files(tmp_path)
    quiet = Console(quiet=True)
    again = begin_sweep(table, recipe, space, quiet, out=made.folder.path)
    assert again.path == made.folder.path and again.facts().trials == TRIALS
    before = [trial.value for trial in made.study.trials]
    open_sweep(again, quiet, plugins=[PARTS]).play()
    assert [trial.value for trial in made.study.trials] == before
    ask_for(again, TRIALS + 1)
    assert open_sweep(again, quiet, plugins=[PARTS]).facts.trials == TRIALS + 1
    ask_for(again, TRIALS)
    other = SPACE.replace("high = 4", "high = 5")
    recipe, space = write_files(tmp_path, space=other)
    with pytest.raises(GankitError, match="not this sweep"):
        begin_sweep(table, recipe, space, quiet, out=made.folder.path)


def test_an_interrupted_trial_goes_on_with_its_options(tmp_path, monkeypatch):
    sweep = begin(tmp_path, trials=1)

    def stop(self, trial, told, run, prune):
        raise Interrupted(run.path)

    with monkeypatch.context() as patched, pytest.raises(Interrupted):
        patched.setattr(Sweep, "_look", stop)
        sweep.play()
    (trial,) = sweep.study.trials
    assert trial.state.name == "RUNNING" and not trial.intermediate_values
    elsewhere = sweep.facts.model_copy(update={"folder": "that of another machine"})
    dataclasses.replace(sweep, facts=elsewhere).play()  # there are enough, and this is not its own
    assert sweep.study.trials[0].state.name == "RUNNING"
    sweep.play()
    (again,) = sweep.study.trials
    assert again.state.name == "COMPLETE" and again.params == trial.params
    assert sorted(again.intermediate_values) == [1, 2, 3]


@pytest.mark.parametrize(
    ("space", "state"),
    [
        ('"stabilizers" = [[{name = "explode"}]]', "PRUNED"),
        ('"monitors" = [[{name = "doom", at = 48}]]\n"training.epochs" = [4]', "PRUNED"),
        ('"training.precision" = ["float32"]\n"dataset.count" = [8]', "FAIL"),
    ],
    ids=["not finite", "dead", "too little data"],
)
def test_a_trial_that_goes_wrong(tmp_path, space, state):
    sweep = begin(tmp_path, space=space, trials=1)
    sweep.play()
    assert [trial.state.name for trial in sweep.study.trials] == [state]
    assert sweep.best() == sweep.write_best() == []


def test_a_trial_worse_than_the_median_is_pruned(tmp_path):
    study = optuna.create_study(pruner=optuna.pruners.MedianPruner())
    for value in (1.0, 1.0, 1.0, 3.0, 3.0):
        trial = optuna.trial.create_trial(value=value, intermediate_values={1: value, 2: value})
        study.add_trial(trial)
    sweep = dataclasses.replace(begin(tmp_path), study=study, score="distance")
    lines = [scored(1, 2.0), scored(2, 0.5), scored(2, 0.1, verb="score")]
    bad, good = (write_run(tmp_path / f"run-{n}", sheets=(), scores=lines[:n]) for n in (1, 3))
    with pytest.raises(Pruned, match="median"):
        sweep._look(study.ask(), set(), RunFolder(bad), prune=True)
    sweep._look(study.ask(), set(), RunFolder(bad), prune=False)
    trial = study.ask()
    sweep._look(trial, set(), RunFolder(good), prune=True)
    sweep._look(trial, {1, 2}, RunFolder(good), prune=True)
    assert study.trials[-1].intermediate_values == {1: 2.0, 2: 0.5}


def test_options_are_named_by_what_tells_them_apart():
    keys = [f"players.{name}.optimizer.learning_rate" for name in ("generator", "discriminator")]
    text = (
        "generator.learning_rate 0.001  discriminator.learning_rate 0.1234  latent 3  loss.name bce"
    )
    values = (1e-3, 0.12341, 3, "bce")
    assert in_words(dict(zip([*keys, "architecture.latent", "loss.name"], values))) == text


def test_a_storage_that_cannot_be_opened(tmp_path):
    with pytest.raises(GankitError, match="cannot be opened") as caught:
        begin(tmp_path, storage="postgresql+psycopg://me:secret@127.0.0.1:1/gans")
    assert "secret" not in str(caught.value)


def test_a_damaged_sweep(gankit, tmp_path):
    assert "is not a sweep" in gankit("sweep", "--resume", tmp_path)[2]
    (tmp_path / "sweep.json").write_text("{")
    assert "sweep.json is damaged" in gankit("sweep", "--resume", tmp_path)[2]


def test_a_folder_names_plugins_but_they_are_given_by_hand(tmp_path, gankit):
    begin(tmp_path)
    code, _, err = gankit("sweep", "--resume", "sweep", "--trials", 1)
    assert code == 1 and "executes no file because a folder names it" in err
    assert f"add --plugin {PARTS}" in err
