"""Runs: killed, stopped, broken and resumed, the way it happens to people."""

import csv
import errno
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from campaign import LONG, report
from trained_runs import PARTS, RECIPE, STAGES, assert_same_bits, state, train

from gankit.run.folder import RunFolder

CLOCKS = dict.fromkeys(("images_per_second", "seconds"), "")


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "blobs.toml"
    path.write_text(RECIPE)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of six epochs that nothing disturbed."""
    return train(tmp_path_factory.mktemp("whole"), RECIPE).path


@pytest.fixture
def run(whole, tmp_path):
    """A copy of it."""
    return shutil.copytree(whole, tmp_path / "run")


def start(folder, *arguments):
    """Start gankit in a folder without waiting for it; killed, it leaves JAX's cache alone."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "gankit", *map(str, arguments)],
        cwd=folder,
        env={
            **os.environ,
            "JAX_ENABLE_COMPILATION_CACHE": "0",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_run_explains_itself(gankit, recipe, tmp_path):
    options = ("--plugin", PARTS, "--out", "first", "--set", "training.epochs=2")
    code, out, err = gankit("run", recipe, *options)
    run = tmp_path / "first"
    assert code == 0 and "\n  2/2  " in out
    assert not err
    spec = json.loads((run / "run.json").read_text())
    assert spec["backend"] == os.environ.get("KERAS_BACKEND", "tensorflow")
    (data,) = spec["data"]
    assert len(data.pop("digest")) == 12
    shapes = {"images": [8, 8, 1], "labels": []}
    assert data == {"examples": 96, "classes": ["l", "r"], "shapes": shapes}
    assert {p.name for p in (run / "samples").iterdir()} == {
        *(f"epoch-00{i}.png" for i in range(3)),
        "real.png",
    }
    rows = list(csv.DictReader((run / "history.csv").open()))
    assert [row["step"] for row in rows] == ["12", "24"]
    assert {"d_loss", "d_real_acc", "d_fake_acc", "d_acc", "g_loss", "g_acc"} < rows[0].keys()
    code, out, _ = gankit("run", run / "recipe.toml", "--plugin", PARTS)
    assert code == 0 and "runs/first-1" in out
    assert_same_bits(run, tmp_path / "runs/first-1")
    code, _, err = gankit("run", recipe, "--plugin", PARTS, "--out", "first")
    assert code == 1 and "never overwrites" in err
    code, out, _ = gankit("sample", run, "--count", "3", "--plugin", PARTS, "--out", "images")
    assert code == 0 and "3 images" in out
    assert len(list((tmp_path / "images").glob("*.png"))) == 3


def test_a_run_that_cannot_begin_leaves_no_folder(gankit, recipe, tmp_path):
    words = [recipe, "--plugin", PARTS, "--set", 'metrics=[{name="frechet-distance"}]']
    features = 'scoring.features={name="inception-fid", weights="nowhere.npz"}'
    code, _, err = gankit("run", *words, "--set", features)
    assert code == 1 and "nowhere.npz" in err
    assert list((tmp_path / "runs").iterdir()) == []
    assert gankit("run", *words, "--set", "training.epochs=1")[1].count("runs/blobs-1") > 1


def kill(folder, luck, arguments):
    """Start gankit, kill it somewhere in its first epochs; returns whether it was still alive."""
    process = start(folder, *arguments)
    last = luck.choice(["run ", r" +\d+/", r" +\d+/"])
    for line in process.stdout:
        if re.match(last, line):
            break
    time.sleep(luck.uniform(0, 0.15))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(8 if LONG else 1))
def test_a_run_killed_at_any_instant_ends_with_the_bits_of_one_that_was_not(
    python, recipe, tmp_path, attempt
):
    recipe.write_text(RECIPE + STAGES)
    python("-m", "gankit", "run", recipe, "--plugin", PARTS, "--out", "whole")
    luck = random.Random()
    arguments = ["run", recipe, "--plugin", PARTS, "--out", "killed"]
    kills = [kill(tmp_path, luck, arguments)]
    while len(kills) < 4 and all(kills):
        kills.append(kill(tmp_path, luck, ["run", "--resume", "killed", "--plugin", PARTS]))
    assert sum(kills) >= 2
    if all(kills):
        python("-m", "gankit", "run", "--resume", "killed", "--plugin", PARTS)
    assert_same_bits(tmp_path / "whole", tmp_path / "killed")
    (_, whole), (_, killed) = (state(tmp_path / run) for run in ("whole", "killed"))
    assert list(whole) == list(killed)
    rows = [
        list(csv.DictReader((tmp_path / run / "history.csv").open())) for run in ("whole", "killed")
    ]
    for whole, killed in zip(*rows, strict=True):
        assert {**whole, **CLOCKS} == {**killed, **CLOCKS}
    report("a kill at some time", sum(kills))


@pytest.mark.slow
def test_ctrl_c_finishes_the_step_saves_and_says_how_to_go_on(gankit, recipe, whole, tmp_path):
    process = start(tmp_path, "run", recipe, "--plugin", PARTS, "--out", "stopped")
    said = []
    for line in process.stdout:
        said.append(line)
        if re.match(" +2/", line):
            process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert re.fullmatch(r"saved at step \d+\n", said[-2])
    _, words = said[-1].split("→ gankit ")
    assert words == f"run --resume stopped --plugin {PARTS}\n"
    assert "Traceback" not in "".join(said)
    assert state(tmp_path / "stopped")[0] < state(whole)[0]
    assert gankit(*words.split())[0] == 0
    assert_same_bits(whole, tmp_path / "stopped")


@pytest.mark.slow
@pytest.mark.parametrize("tenths", range(0, 30, 3) if LONG else (1, 6))
def test_ctrl_c_before_the_first_step_ends_a_process_with_a_sentence(recipe, tmp_path, tenths):
    process = start(tmp_path, "run", recipe, "--plugin", PARTS, "--out", "stopped")
    for line in process.stdout:
        if line.startswith("curves"):
            break
    time.sleep(tenths / 10)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith(("stopped before the first step", "→ gankit run"))
    report("Ctrl-C before or in the first steps of a process", 1)


def test_a_damaged_checkpoint_is_passed_over_and_named(gankit, run):
    whole = state(run)
    newest = run / "checkpoints" / whole[0]
    (newest / "state.npz").write_bytes((newest / "state.npz").read_bytes()[:-100] + bytes(100))
    code, out, _ = gankit("run", "--resume", "run", "--plugin", PARTS)
    assert code == 0 and newest.name in out and "damaged" in out
    name, arrays = state(run)
    assert name == whole[0]
    assert all((a == b).all() for a, b in zip(arrays.values(), whole[1].values()))
    for folder in (run / "checkpoints").iterdir():
        (folder / "checkpoint.json").write_text("{}")
    code, _, err = gankit("run", "--resume", "run", "--plugin", PARTS)
    assert code == 1 and "every checkpoint" in err


def test_a_loss_that_is_not_finite_stops_the_run_and_nothing_bad_is_saved(gankit, recipe, tmp_path):
    recipe.write_text(RECIPE + "[[stabilizers]]\nname = 'explode'\nat = 29\n".replace("'", '"'))
    code, _, err = gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    assert code == 1 and "Traceback" not in err
    said = " ".join(err.split())
    assert "not finite since step 30" in said
    assert "step-000000029" in said or "step-000000025" in said or "step-000000024" in said
    assert all(np.isfinite(a).all() for a in state(tmp_path / "run")[1].values())


def test_a_full_disk_leaves_the_checkpoints_before_it(gankit, run, monkeypatch):
    whole = state(run)
    text = (run / "recipe.toml").read_text()
    RunFolder(run).write_recipe(text.replace("epochs = 6", "epochs = 8"))

    def full(*given, **named):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(np, "savez", full)
        code, _, err = gankit("run", "--resume", "run", "--plugin", PARTS)
    assert code == 1 and "No space left" in err and "Traceback" not in err
    name, arrays = state(run)
    assert name == whole[0] and all(
        (a == b).all() for a, b in zip(arrays.values(), whole[1].values())
    )
    assert not list((run / "checkpoints").glob(".*"))
    assert "  8/8  " in gankit("run", "--resume", "run", "--plugin", PARTS)[1]


def test_a_finished_run_has_nothing_left_to_do(gankit, run):
    before = state(run)[0]
    assert "finished" in gankit("run", "--resume", "run", "--plugin", PARTS)[1]
    assert state(run)[0] == before


@pytest.mark.long
def test_no_backend_chatters_when_a_stabilizer_copies_layers(python, recipe):
    copies = 'stabilizers=[{ name = "packing" }]'  # Keras looks for TensorFlow then
    options = ("--plugin", PARTS, "--set", "training.epochs=1", "--set", copies)
    assert python("-m", "gankit", "run", recipe, *options).stderr == ""


@pytest.mark.skipif(
    os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow", reason="it needs TensorFlow"
)
def test_it_runs_where_tensorflow_cannot_be_imported(python, recipe, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "from importlib.machinery import PathFinder\n"
        "found = PathFinder.find_spec\n"
        "def find_spec(name, *given):\n"
        "    return None if name.partition('.')[0] == 'tensorflow' else found(name, *given)\n"
        "PathFinder.find_spec = find_spec\n"
    )
    options = ("--plugin", PARTS, "--out", "run", "--set", "training.epochs=1")
    done = python("-m", "gankit", "run", recipe, *options, PYTHONPATH=str(tmp_path))
    assert "  1/1  " in done.stdout
    assert list((tmp_path / "run").glob("events.out.tfevents.*"))
