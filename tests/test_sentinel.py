"""The sentinel in runs: it changes nothing, says what goes wrong, and a resumed run alike."""

import csv
import io
import json
import random
import tomllib
from pathlib import Path

import pytest
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from test_run import kill
from trained_runs import PARTS, RECIPE, assert_same_bits, train

from gankit.api.train import begin
from gankit.recipe.overrides import read_table

pytestmark = pytest.mark.long

LONGER = RECIPE.replace("epochs = 6", "epochs = 12")
OUTWARD = """
[[stabilizers]]
name = "outward"
amount = 0.4
"""


@pytest.fixture
def recipe(tmp_path):
    return tmp_path / "blobs.toml"


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def test_a_game_has_the_same_bits_with_monitors_and_without(tmp_path):
    train(tmp_path, LONGER, "watched")
    train(tmp_path, LONGER + '[sentinel]\naction = "off"\n', "off")
    assert_same_bits(tmp_path / "watched", tmp_path / "off")
    looks = [line for line in lines(tmp_path / "watched/health.jsonl") if line["seen"]]
    assert {"ranked_right", "nearest", "spread", "d_weights", "copies"} < looks[-1]["seen"].keys()
    assert not (tmp_path / "off/health.jsonl").exists()
    history = [(tmp_path / run / "history.csv").read_text() for run in ("watched", "off")]
    rows = [[row.split(",", 4)[0::4] for row in text.splitlines()] for text in history]
    assert rows[0] == rows[1]


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("judge", "the monitor buggy failed and is off for this run: ZeroDivisionError: nothing"),
        ("watch", "the monitor buggy cannot look at this game: ValueError: too dark to see"),
    ],
)
def test_a_monitor_that_fails_is_blamed_once_and_the_run_goes_on(tmp_path, method, message):
    buggy = f'[[monitors]]\nname = "buggy"\nmethod = "{method}"\n[[monitors]]\nname = "diversity"\n'
    console = Console(record=True, width=200, file=io.StringIO())
    recipe = tmp_path / "buggy.toml"
    recipe.write_text(LONGER + buggy)
    begin(read_table(recipe), recipe, console, out=tmp_path / "buggy", plugins=[PARTS])
    said = console.export_text()
    assert said.count(message) == said.count("the monitor buggy") == 1
    assert "\n12/12 " in said
    train(tmp_path, LONGER + '[sentinel]\naction = "off"\n', "off")
    assert_same_bits(tmp_path / "buggy", tmp_path / "off")
    assert all("spread" in line["seen"] for line in lines(tmp_path / "buggy/health.jsonl")[-1:])


@pytest.mark.slow
def test_a_killed_run_has_the_verdicts_and_bits_of_one_that_was_not(gankit, recipe, tmp_path):
    train(tmp_path, LONGER + OUTWARD, "whole")
    recipe.write_text(LONGER + OUTWARD)
    luck = random.Random()
    kills = [kill(tmp_path, luck, ["run", recipe, "--plugin", PARTS, "--out", "killed"])]
    while len(kills) < 3 and all(kills):
        kills.append(kill(tmp_path, luck, ["run", "--resume", "killed", "--plugin", PARTS]))
    if all(kills):
        assert gankit("run", "--resume", "killed", "--plugin", PARTS)[0] == 0
    assert_same_bits(tmp_path / "whole", tmp_path / "killed")
    for name in ("health.jsonl", "verdicts.jsonl"):
        assert lines(tmp_path / "whole" / name) == lines(tmp_path / "killed" / name)
    (first, *_) = lines(tmp_path / "whole/verdicts.jsonl")
    assert (first["monitor"], first["name"], first["event"]) == ("targets", "outside", "begins")


@pytest.mark.anywhere
def test_a_verdict_is_said_once(gankit, recipe, tmp_path):
    recipe.write_text(LONGER + OUTWARD)
    code, out, err = gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    assert out.count("targets: outside, since step 1: targets go from -0.") == 1
    assert (code, err) == (0, "")


@pytest.mark.anywhere
def test_a_verdict_is_in_tensorboard_in_the_report_and_where_the_run_is_shown(gankit, recipe):
    recipe.write_text(LONGER + OUTWARD)
    gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    events = EventAccumulator("run", {"scalars": 0, "tensors": 0}).Reload()
    assert {"health/ranked_right", "health/spread"} < set(events.Tags()["scalars"])
    (told, *_) = events.Tensors("health/targets")
    (begins, *_) = [each for each in lines(Path("run/verdicts.jsonl")) if each["name"] == "outside"]
    assert told.step == begins["step"]
    assert told.tensor_proto.string_val[0].startswith(b"targets: outside, since step 1: targets go")

    gankit("report", "run", "--out", "page.html")
    page = Path("page.html").read_text()
    assert "targets go from -0." in page and "warn: outside" in page  # as a row, and on a curve
    code, out, _ = gankit("show", "run", "--plugin", PARTS)
    place = f"# step {begins['step']}, epoch {begins['epoch']}"
    assert code == 0 and f"{place}: targets: outside, since step 1" in " ".join(out.split())


def doomed(action: str) -> str:
    parts = '[[monitors]]\nname = "doom"\nat = 90\n'
    plain = LONGER.replace('[[stabilizers]]\nname = "label-noise"\n', "")
    return f'{plain}{parts}[sentinel]\naction = "{action}"\n'


@pytest.mark.anywhere
def test_a_dead_run_stops_once_and_goes_on_if_asked(gankit, recipe, tmp_path):
    recipe.write_text(doomed("stop"))
    words = ("run", recipe, "--plugin", PARTS, "--out", "run")
    code, _, err = gankit(*words)
    said = " ".join(err.split())
    assert code == 1 and "the sentinel stopped the run at step 96" in said
    assert "the end is near with ema" in said
    code, out, _ = gankit("diagnose", "run", "--plugin", PARTS)
    assert "the end is near with ema" in " ".join(out.split())
    assert f"gankit run --resume run --plugin {PARTS} --from healthy --with label-smoothing" in said
    marks = tmp_path / "run/checkpoints"
    assert (marks / "healthy").read_text().strip() in {path.name for path in marks.iterdir()}
    code, out, _ = gankit("run", "--resume", "run", "--plugin", PARTS)
    assert code == 0 and "\n12/12  " in out
    events = [line["event"] for line in lines(tmp_path / "run/verdicts.jsonl")]
    assert events == ["begins", "stops"]


def test_a_dead_run_goes_back_and_on_with_the_remedy(gankit, recipe, tmp_path):
    recipe.write_text(doomed("roll-back"))
    code, out, _ = gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    assert code == 0 and "rolled back from step 96 to step-0000000" in out
    assert "label-smoothing" in out and "\n12/12  " in out
    run = tmp_path / "run"
    first, second = tomllib.loads((run / "recipe.toml").read_text())["stages"]
    (told,) = lines(run / "verdicts.jsonl")
    assert (told["event"], told["at"], told["retry"]) == ("rolls-back", 96, 1)
    played = first["training"]["epochs"]
    assert told["step"] == 12 * played and second["training"]["epochs"] == 12 - played
    assert [part["name"] for part in second["stabilizers"]] == ["ema", "label-smoothing"]
    rows = list(csv.DictReader((run / "history.csv").open()))
    assert [int(row["step"]) for row in rows] == [12 * epoch for epoch in range(1, 13)]
    aside = {path.name for path in (run / "samples/rolled-back-1").iterdir()}
    assert aside == {f"epoch-{epoch:03d}.png" for epoch in range(played + 1, 9)}


def test_going_back_by_hand_is_the_same(gankit, recipe, tmp_path):
    recipe.write_text(doomed("stop"))
    gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    words = ("--from", "healthy", "--with", "label-smoothing", "--plugin", PARTS)
    code, out, _ = gankit("run", "--resume", "run", *words)
    assert code == 0 and "\n12/12  " in out
    stages = tomllib.loads((tmp_path / "run/recipe.toml").read_text())["stages"]
    assert [part["name"] for part in stages[1]["stabilizers"]] == ["ema", "label-smoothing"]
    assert lines(tmp_path / "run/verdicts.jsonl")[0]["event"] == "goes-back"
    code, _, err = gankit("run", recipe, "--from", "best")
    assert code == 2 and "--resume" in err


KILLED = """
import os, sys
from gankit.run import rollback
{patch}
sys.argv = ["gankit", "run", *{words!r}]
from gankit.cli import main; main()
"""
INSTANTS = (
    "rollback.Plan.write = lambda *given: os._exit(9)",
    "rollback._forget_checkpoints = lambda *given: os._exit(9)",
    "rollback._move_sheets = lambda *given: os._exit(9)",
    "rollback.RunFolder.write_recipe = lambda *given: os._exit(9)",
)


@pytest.mark.slow
def test_a_run_killed_between_a_verdict_and_its_action_ends_with_the_same_bits(
    python, recipe, tmp_path
):
    recipe.write_text(doomed("roll-back"))
    words = [str(recipe), "--plugin", str(PARTS), "--out"]
    python("-m", "gankit", "run", *words, "whole")
    for number, patch in enumerate(INSTANTS):
        again = ["--resume", "killed", "--plugin", str(PARTS)] if number else [*words, "killed"]
        done = python("-c", KILLED.format(patch=patch, words=again), check=False)
        assert done.returncode == 9, done.stdout + done.stderr
    python("-m", "gankit", "run", "--resume", "killed", "--plugin", PARTS)
    assert_same_bits(tmp_path / "whole", tmp_path / "killed")
    for name in ("health.jsonl", "verdicts.jsonl"):
        assert lines(tmp_path / "whole" / name) == lines(tmp_path / "killed" / name)
    recipes = [(tmp_path / run / "recipe.toml").read_text() for run in ("whole", "killed")]
    assert recipes[0] == recipes[1]
