"""JAX on several machines: a process on each, by JAX's coordinator; here two on this one."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import shared_games
from test_processes import WORKER, assert_close, launched, wait_for_a_checkpoint
from trained_runs import state

from gankit.engine.ports import free_ports

pytestmark = [
    pytest.mark.slow,
    pytest.mark.devices,
    pytest.mark.skipif(os.environ.get("KERAS_BACKEND") != "jax", reason="on JAX"),
]
PLAYED = ("full", "statistics")


def machines():
    """Return the variables of Keras for each of two machines."""
    start = "KERAS_DISTRIBUTION_"
    both = {f"{start}JOB_ADDRESSES": f"127.0.0.1:{free_ports(1)[0]}", f"{start}NUM_PROCESSES": "2"}
    return [{**both, f"{start}PROCESS_ID": str(number)} for number in (0, 1)]


def started(folders, *words):
    """Start a run on two machines."""
    return [
        launched(folder, [sys.executable], *words, "--devices", "all", **machine)
        for folder, machine in zip(folders, machines())
    ]


@pytest.fixture
def folders(tmp_path):
    """A folder for each machine, with the recipe."""
    made = [tmp_path / name for name in ("one", "other")]
    for folder in made:
        folder.mkdir()
        (folder / "ring.toml").write_text(shared_games.RING)
    return made


def test_two_machines_compute_what_one_does_and_stay_the_same(tmp_path):
    running = [
        subprocess.Popen([sys.executable, WORKER, tmp_path, *PLAYED], env={**os.environ, **machine})
        for machine in ({}, *machines())
    ]
    assert [process.wait(900) for process in running] == [0, 0, 0]
    for name in PLAYED:
        one, first, second = (
            dict(np.load(tmp_path / f"{name}-{place}.npz")) for place in ("1-0", "2-0", "2-1")
        )
        shared_games.assert_equal(first, one)
        assert all(first[key].tobytes() == second[key].tobytes() for key in first), name


def test_two_machines_train_one_run(folders):
    assert launched(folders[0], [sys.executable], "--out", "alone").wait(300) == 0
    running = started(folders, "--out", "run")
    found = [machine.communicate(timeout=300) for machine in running]
    assert [machine.returncode for machine in running] == [0, 0], found
    assert "training on 2 × CPU with JAX\n" in found[0][0]
    assert not (folders[1] / "run").exists()
    assert_close(folders[0] / "run", state(folders[0] / "alone"))


@pytest.mark.parametrize("lost", [0, 1])
def test_a_machine_that_dies_ends_the_other_and_the_run_resumes(folders, lost):
    running = started(folders, "--out", "run", "--set", "training.epochs=100000")
    wait_for_a_checkpoint(folders[0] / "run")
    os.kill(running[lost].pid, signal.SIGKILL)
    died = time.monotonic()
    _, err = running[1 - lost].communicate(timeout=60)
    assert time.monotonic() - died < 60
    if lost == 1:
        assert running[0].returncode == 1 and "Traceback" not in err
        assert "another process of this training has ended" in err
        assert "gankit run --resume" in err
    epochs = int(state(folders[0] / "run")[0].removeprefix("step-")) // 16 + 2
    words = ("--resume", "run", "--devices", "1", "--set", f"training.epochs={epochs}")
    command = [sys.executable, "-m", "gankit", "run", *words]
    resumed = subprocess.run(command, cwd=folders[0], capture_output=True, text=True)
    assert resumed.returncode == 0, resumed.stderr
    assert state(folders[0] / "run")[0] == f"step-{16 * epochs:09}"
