"""PyTorch and TensorFlow on several devices: a process for each.

gankit starts them, or torchrun, or people by `TF_CONFIG`.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
import shared_games
from trained_runs import PARTS, RECIPE, state

from gankit import engine
from gankit.backend import TITLES
from gankit.engine.ports import free_ports
from gankit.run.checkpoint import Checkpoints

BACKEND = keras.backend.backend()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.devices,
    pytest.mark.skipif(BACKEND == "jax", reason="on JAX, one process has all devices"),
]
WORKER = Path(__file__).with_name("processes_worker.py")


@pytest.fixture
def ring(tmp_path):
    """A recipe, in a folder of its own."""
    (tmp_path / "ring.toml").write_text(shared_games.RING)
    return tmp_path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The last checkpoint of a run on one device."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "ring.toml").write_text(shared_games.RING)
    assert started(folder, "--out", "run").wait(300) == 0
    return state(folder / "run")


def started(folder, *words, **environment):
    """Start `gankit run ring.toml` and go on at once."""
    return launched(folder, [sys.executable], *words, **environment)


def resume(folder, *words):
    """Resume a run to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "gankit", "run", "--resume", "run", *words],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def launched(folder, program, *words, **environment):
    """Start `gankit run ring.toml` by a program, and go on at once."""
    return subprocess.Popen(
        [*program, "-m", "gankit", "run", "ring.toml", *words],
        cwd=folder,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def commands():
    """Return what starts Python on each of two machines, and its environment variables."""
    if BACKEND == "tensorflow":
        return [([sys.executable], place) for place in engine.places(2)]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1"]
    torchrun += ["--master-addr=127.0.0.1", f"--master-port={free_ports(1)[0]}"]
    return [([*torchrun, f"--node-rank={rank}"], {}) for rank in (0, 1)]


def assert_close(run, expected):
    """Compare the newest checkpoint of a run with another one's."""
    (name, arrays), (other, whole) = state(run), expected
    assert name == other == "step-000000064"
    for x, y in zip(whole.values(), arrays.values(), strict=True):
        assert np.abs(x.astype("float64") - y).max() <= 1e-4 * max(0.01, np.abs(x).max())


@pytest.mark.parametrize(
    ("count", "games"),
    [
        (2, tuple(shared_games.GAMES)),
        pytest.param(
            *(4, ("full", "statistics")),
            marks=pytest.mark.skipif(BACKEND == "tensorflow", reason="two are slow enough"),
        ),
    ],
)
def test_processes_compute_what_one_does_and_stay_the_same(tmp_path, count, games):
    running = [
        subprocess.Popen([sys.executable, WORKER, tmp_path, *games], env={**os.environ, **place})
        for place in ({}, *engine.places(count))
    ]
    assert [process.wait(900) for process in running] == [0] * (count + 1)
    for name in games:
        one, first, *others = (
            dict(np.load(tmp_path / f"{name}-{place}.npz"))
            for place in ("1-0", *(f"{count}-{rank}" for rank in range(count)))
        )
        shared_games.assert_equal(first, one)
        for other in others:
            assert all(first[key].tobytes() == other[key].tobytes() for key in first), name


def test_a_process_that_dies_ends_the_run_with_a_sentence_and_the_run_resumes(ring, whole):
    leader = started(ring, "--out", "run", "--devices", "2", "--set", "training.epochs=100000")
    wait_for_a_checkpoint(ring / "run")
    (follower,) = Path(f"/proc/{leader.pid}/task/{leader.pid}/children").read_text().split()
    os.kill(int(follower), signal.SIGKILL)
    died = time.monotonic()
    _, err = leader.communicate(timeout=60)
    assert leader.returncode == 1 and time.monotonic() - died < 60
    assert "process" in err and "ended" in err and "gankit run --resume" in err
    assert "Traceback" not in err
    epochs = Checkpoints(ring / "run/checkpoints").newest().place.epoch + 1
    resume(ring, "--set", f"training.epochs={epochs}")
    assert Checkpoints(ring / "run/checkpoints").newest().place.epoch == epochs


def test_a_run_goes_on_with_another_number_of_processes(ring, whole):
    for before, after in (("2", "1"), ("1", "2")):
        shutil.rmtree(ring / "run", ignore_errors=True)
        leader = started(ring, "--out", "run", "--devices", before)
        wait_for_a_checkpoint(ring / "run")
        leader.kill()
        leader.wait()
        resume(ring, "--devices", after)
        assert_close(ring / "run", whole)


def test_runs_of_one_process_each_start_their_own(ring):
    seeds = started(ring, "--seeds", "2", "--devices", "2", "--set", "training.epochs=1")
    out, err = seeds.communicate(timeout=300)
    assert seeds.returncode == 0, err
    assert out.count("finished after") == 2 and not err


def test_two_machines_train_one_run(ring, whole):
    other = ring / "other"
    other.mkdir()
    shutil.copy(ring / "ring.toml", other)
    machines = [
        launched(folder, program, "--out", "run", "--devices", "all", **place)
        for folder, (program, place) in zip((ring, other), commands())
    ]
    found = [machine.communicate(timeout=300) for machine in machines]
    assert [machine.returncode for machine in machines] == [0, 0], found
    assert found[0][0].startswith(f"training on 2 × CPU with {TITLES[BACKEND]}\n")
    assert not (other / "run").exists()
    assert_close(ring / "run", whole)


def test_layers_that_see_their_own_rows_alone_are_named_and_end_the_run(tmp_path):
    (tmp_path / "ring.toml").write_text(RECIPE)
    run = started(tmp_path, "--plugin", PARTS, "--out", "run", "--devices", "2")
    out, err = run.communicate(timeout=300)
    said = " ".join(out.split())
    assert "Keras' layer BatchNormalization of each device sees only the rows of its own" in said
    assert run.returncode == 1 and "the processes of this run have different values of" in err


def wait_for_a_checkpoint(run):
    """Wait until a run has saved anything."""
    for _ in range(1200):
        if list(run.glob("checkpoints/step-*")):
            return
        time.sleep(0.1)
    raise AssertionError("no checkpoint")
