"""Runs: killed, stopped, broken and resumed, the way it happens to people."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

PARTS = Path(__file__).with_name("small_parts.py")
RECIPE = """
seed = 7
[dataset]
name = "blobs"
[architecture]
name = "small"
[loss]
name = "bce"
[[stabilizers]]
name = "label-noise"
[[stabilizers]]
name = "ema"
decay = 0.9
[training]
epochs = 6
batch_size = 8
checkpoint_every = 5
"""
STAGES = """
[[stages]]
training = { epochs = 6 }
[[stages]]
training = { epochs = 8, updates = "simultaneous" }
[stages.players.generator.optimizer]
clipnorm = 1.0
learning_rate = { name = "cosine-decay", initial_learning_rate = 1e-3, decay_steps = 40 }
"""


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "blobs.toml"
    path.write_text(RECIPE)
    return path


@pytest.fixture
def gankit(python):
    def run(*arguments, **options):
        return python("-m", "gankit", *arguments, **options)

    return run


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


def state(run):
    """Return the arrays of a run's newest checkpoint."""
    newest = sorted((run / "checkpoints").glob("step-*"))[-1]
    with np.load(newest / "state.npz", allow_pickle=False) as arrays:
        return newest.name, dict(arrays)


def assert_same_bits(run, other):
    (name, arrays), (other_name, others) = state(run), state(other)
    assert name == other_name
    assert list(arrays) == list(others)
    assert all(
        a.dtype == b.dtype and a.tobytes() == b.tobytes()
        for a, b in zip(arrays.values(), others.values())
    )


def test_a_run_explains_itself(gankit, recipe, tmp_path):
    done = gankit("run", recipe, "--plugin", PARTS, "--out", "first", "--set", "training.epochs=2")
    run = tmp_path / "first"
    assert "epoch 2/2" in done.stdout
    assert not done.stderr
    spec = json.loads((run / "run.json").read_text())
    assert spec["backend"] == os.environ.get("KERAS_BACKEND", "tensorflow")
    assert spec["data"] == [
        {"examples": 96, "classes": ["l", "r"], "shapes": {"images": [8, 8, 1], "labels": []}}
    ]
    assert {p.name for p in (run / "samples").iterdir()} == {f"epoch-00{i}.png" for i in range(3)}
    rows = list(csv.DictReader((run / "history.csv").open()))
    assert [row["step"] for row in rows] == ["12", "24"]
    assert {"d_loss", "d_real_acc", "d_fake_acc", "d_acc", "g_loss", "g_acc"} < rows[0].keys()
    again = gankit("run", run / "recipe.toml", "--plugin", PARTS)
    assert "runs/first-1" in again.stdout
    assert_same_bits(run, tmp_path / "runs/first-1")
    taken = gankit("run", recipe, "--plugin", PARTS, "--out", "first", check=False)
    assert taken.returncode == 1 and "never overwrites" in taken.stderr
    images = gankit("sample", run, "--count", "3", "--plugin", PARTS, "--out", "images")
    assert "3 images" in images.stdout
    assert len(list((tmp_path / "images").glob("*.png"))) == 3


def test_a_run_that_cannot_begin_leaves_no_folder(gankit, recipe, tmp_path):
    words = [recipe, "--plugin", PARTS, "--set", 'metrics=[{name="frechet-distance"}]']
    features = 'scoring.features={name="inception-fid", weights="nowhere.npz"}'
    done = gankit("run", *words, "--set", features, check=False)
    assert done.returncode == 1 and "nowhere.npz" in done.stderr
    assert list((tmp_path / "runs").iterdir()) == []
    assert gankit("run", *words, "--set", "training.epochs=1").stdout.count("runs/blobs-1") > 1


def kill(folder, luck, arguments):
    """Start gankit, kill it somewhere in its first epochs; returns whether it was still alive."""
    process = start(folder, *arguments)
    last = luck.choice(["run folder", "epoch", "epoch"])
    for line in process.stdout:
        if line.startswith(last):
            break
    time.sleep(luck.uniform(0, 0.15))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_a_run_killed_at_any_instant_ends_with_the_bits_of_one_that_was_not(
    gankit, recipe, tmp_path
):
    recipe.write_text(RECIPE + STAGES)
    gankit("run", recipe, "--plugin", PARTS, "--out", "whole")
    luck = random.Random()
    arguments = ["run", recipe, "--plugin", PARTS, "--out", "killed"]
    kills = [kill(tmp_path, luck, arguments)]
    while len(kills) < 4 and all(kills):
        kills.append(kill(tmp_path, luck, ["run", "--resume", "killed", "--plugin", PARTS]))
    assert sum(kills) >= 2
    if all(kills):
        gankit("run", "--resume", "killed", "--plugin", PARTS)
    assert_same_bits(tmp_path / "whole", tmp_path / "killed")
    rows = [
        list(csv.DictReader((tmp_path / run / "history.csv").open())) for run in ("whole", "killed")
    ]
    for whole, killed in zip(*rows, strict=True):
        assert {**whole, "images_per_second": ""} == {**killed, "images_per_second": ""}


def test_ctrl_c_finishes_the_step_saves_and_says_how_to_go_on(gankit, recipe, tmp_path):
    gankit("run", recipe, "--plugin", PARTS, "--out", "whole")
    process = start(tmp_path, "run", recipe, "--plugin", PARTS, "--out", "stopped")
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("epoch 2"):
            process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    _, words = said[-1].split("resume with: gankit ")
    assert words == f"run --resume stopped --plugin {PARTS}\n"
    assert "Traceback" not in "".join(said)
    gankit(*words.split())
    assert_same_bits(tmp_path / "whole", tmp_path / "stopped")


def test_a_damaged_checkpoint_is_passed_over_and_named(gankit, recipe, tmp_path):
    gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    whole = state(tmp_path / "run")
    newest = tmp_path / "run/checkpoints" / whole[0]
    (newest / "state.npz").write_bytes((newest / "state.npz").read_bytes()[:-100] + bytes(100))
    done = gankit("run", "--resume", "run", "--plugin", PARTS)
    assert newest.name in done.stdout and "damaged" in done.stdout
    name, arrays = state(tmp_path / "run")
    assert name == whole[0]
    assert all((a == b).all() for a, b in zip(arrays.values(), whole[1].values()))
    for folder in (tmp_path / "run/checkpoints").iterdir():
        (folder / "checkpoint.json").write_text("{}")
    lost = gankit("run", "--resume", "run", "--plugin", PARTS, check=False)
    assert lost.returncode == 1 and "every checkpoint" in lost.stderr


def test_a_loss_that_is_not_finite_stops_the_run_and_nothing_bad_is_saved(gankit, recipe, tmp_path):
    recipe.write_text(RECIPE + "[[stabilizers]]\nname = 'explode'\nat = 29\n".replace("'", '"'))
    done = gankit("run", recipe, "--plugin", PARTS, "--out", "run", check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    said = " ".join(done.stderr.split())
    assert "not finite since step 30" in said
    assert "step-000000029" in said or "step-000000025" in said or "step-000000024" in said
    assert all(np.isfinite(a).all() for a in state(tmp_path / "run")[1].values())


def test_a_full_disk_leaves_the_checkpoints_before_it(gankit, recipe, tmp_path):
    gankit("run", recipe, "--plugin", PARTS, "--out", "run", "--set", "training.epochs=2")
    whole = state(tmp_path / "run")
    text = (tmp_path / "run/recipe.toml").read_text()
    (tmp_path / "run/recipe.toml").write_text(text.replace("epochs = 2", "epochs = 4"))
    program = (
        "import numpy as np, errno\n"
        "def full(*given, **named): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "np.savez = full\n"
        f"import sys; sys.argv = ['gankit', 'run', '--resume', 'run', '--plugin', {str(PARTS)!r}]\n"
        "from gankit.cli import main; main()\n"
    )
    done = gankit.__closure__[0].cell_contents("-c", program, check=False)
    assert (
        done.returncode == 1 and "No space left" in done.stderr and "Traceback" not in done.stderr
    )
    name, arrays = state(tmp_path / "run")
    assert name == whole[0] and all(
        (a == b).all() for a, b in zip(arrays.values(), whole[1].values())
    )
    assert not list((tmp_path / "run/checkpoints").glob(".*"))
    assert "epoch 4/4" in gankit("run", "--resume", "run", "--plugin", PARTS).stdout


def test_a_finished_run_has_nothing_left_to_do(gankit, recipe, tmp_path):
    gankit("run", recipe, "--plugin", PARTS, "--out", "run", "--set", "training.epochs=1")
    before = state(tmp_path / "run")[0]
    assert "finished" in gankit("run", "--resume", "run", "--plugin", PARTS).stdout
    assert state(tmp_path / "run")[0] == before


def test_no_backend_chatters_when_a_stabilizer_copies_layers(gankit, recipe):
    copies = 'stabilizers=[{ name = "packing" }]'  # Keras looks for TensorFlow then
    options = ("--plugin", PARTS, "--set", "training.epochs=1", "--set", copies)
    assert gankit("run", recipe, *options).stderr == ""


@pytest.mark.skipif(
    os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow", reason="it needs TensorFlow"
)
def test_it_runs_where_tensorflow_cannot_be_imported(gankit, recipe, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "from importlib.machinery import PathFinder\n"
        "found = PathFinder.find_spec\n"
        "def find_spec(name, *given):\n"
        "    return None if name.partition('.')[0] == 'tensorflow' else found(name, *given)\n"
        "PathFinder.find_spec = find_spec\n"
    )
    options = ("--plugin", PARTS, "--out", "run", "--set", "training.epochs=1")
    done = gankit("run", recipe, *options, PYTHONPATH=str(tmp_path))
    assert "epoch 1/1" in done.stdout
    assert list((tmp_path / "run").glob("events.out.tfevents.*"))
