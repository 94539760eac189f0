"""Training on several devices: what is computed does not depend on their number."""

import json
import os
from pathlib import Path

import keras
import numpy as np
import pytest
import shared_games
from tables import shipped_parts
from trained_runs import PARTS, RECIPE, state

from gankit import engine
from gankit.errors import GankitError
from gankit.launchers import Launched, launched
from gankit.recipe.settings import Training
from gankit.run.devices import use_devices, use_devices_for_several_runs

HERE = Path(__file__).parent
FLAGS = os.environ.get("XLA_FLAGS", "")
SIMULATED = {
    "XLA_FLAGS": f"{FLAGS} --xla_force_host_platform_device_count=4",
    "NPROC": "16",  # threads of XLA: with only one per device, it can deadlock
}

on_jax = pytest.mark.skipif(os.environ.get("KERAS_BACKEND") != "jax", reason="on JAX")


@pytest.mark.anywhere
def test_each_stabilizer_is_in_a_game():
    played = [name for names in shared_games.GAMES.values() for name in names]
    assert sorted(played) == sorted(part.name for part in shipped_parts("stabilizers"))


@on_jax
@pytest.mark.slow
@pytest.mark.devices
def test_two_and_four_devices_compute_what_one_does(python, tmp_path):
    python(HERE / "devices_worker.py", tmp_path, **SIMULATED)
    for name in shared_games.GAMES:
        one, *others = (dict(np.load(path)) for path in sorted(tmp_path.glob(f"{name}-*.npz")))
        assert len(others) == (2 if name in ("full", "statistics") else 1)
        for found in others:
            shared_games.assert_equal(found, one)


@on_jax
@pytest.mark.slow
@pytest.mark.devices
def test_a_run_that_was_killed_goes_on_with_another_number_of_devices(python, tmp_path):
    python(HERE / "devices_resume_worker.py", tmp_path, **SIMULATED)
    name, whole = state(tmp_path / "whole")
    for run in ("2-1", "1-2"):
        resumed, found = state(tmp_path / run)
        assert resumed == name == "step-000000072"
        for x, y in zip(whole.values(), found.values(), strict=True):
            assert np.abs(x.astype("float64") - y).max() <= 1e-2 * max(1e-6, np.abs(x).max())


@on_jax
@pytest.mark.slow
@pytest.mark.devices
def test_runs_over_seeds_share_the_devices_and_may_go_on_with_others(python, tmp_path):
    (tmp_path / "blobs.toml").write_text(RECIPE.replace("epochs = 6", "epochs = 1"))
    words = ("-m", "gankit", "run", "--plugin", PARTS)
    begun = ("blobs.toml", "--seeds", "2", "--out", "seeds", "--devices", "2")
    out = python(*words, *begun, **SIMULATED).stdout
    assert out.startswith("training on 2 × CPU with JAX\n") and "training on CPU" not in out
    more = ("--resume", "seeds", "--seeds", "3", "--devices", "1")
    out = python(*words, *more, **SIMULATED).stdout
    assert out.count("training on") == out.count("training on CPU with JAX\n") == 1


@on_jax
@pytest.mark.slow
@pytest.mark.devices
def test_the_devices_are_shown_before_anything_trains(python, tmp_path):
    (tmp_path / "blobs.toml").write_text(RECIPE.replace("epochs = 6", "epochs = 1"))
    words = ("-m", "gankit", "run", "blobs.toml", "--plugin", PARTS, "--out", "run")
    out = python(*words, "--devices", "2", **SIMULATED).stdout
    assert out.startswith("training on 2 × CPU with JAX\n")
    assert 'devices": [\n    "CPU",\n    "CPU"\n  ]' in (tmp_path / "run/run.json").read_text()
    check = ("-m", "gankit", "check", "blobs.toml", "--plugin", PARTS, "--devices", "all")
    out = python(*check, **SIMULATED).stdout
    assert "devices    4 × CPU: 2 of the 8 examples of a batch each" in out
    assert "--devices all" in out
    failed = python(*words[:-1], "more", "--devices", "8", check=False, **SIMULATED)
    assert (
        failed.returncode == 1 and "JAX has 4 devices here: 4 × CPU. Received: 8" in failed.stderr
    )
    failed = python(*check[:-1], "3", check=False, **SIMULATED)
    assert "must be a multiple of the 3 devices" in failed.stderr
    assert not (tmp_path / "more").exists()


def test_a_batch_that_cannot_be_shared_is_an_error(monkeypatch):
    monkeypatch.setattr(engine, "use", lambda count: None)
    monkeypatch.setattr(engine, "devices", lambda: ["CPU"] * 4)
    use_devices(Training(batch_size=64, devices=4))
    with pytest.raises(GankitError, match="multiple of the 4 devices") as error:
        use_devices(Training(batch_size=10, devices=4))
    assert "training.batch_size=8 or --set training.batch_size=12" in error.value.hint


@pytest.mark.anywhere
@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_a_number_of_devices_is_a_number_or_all(gankit, value):
    code, _, err = gankit("run", "quickstart", f"--devices={value}")
    assert code == 2 and "--devices is a number or all" in err


def test_each_device_has_its_rows_of_each_turn():
    rows = np.arange(24)
    assert (engine.arranged(rows, 3) == rows).all()
    assert [list(np.array(engine.part(rows, turn, 3))) for turn in (0, 2)] == [
        list(range(8)),
        list(range(16, 24)),
    ]


@pytest.mark.anywhere
def test_a_variable_called_rank_alone_makes_no_follower(monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    assert launched() is None
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert launched() is None
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert launched() == Launched("torch", 1, 2, 0)


@pytest.mark.anywhere
def test_processes_of_one_backend_do_not_train_on_another(monkeypatch):
    names = ("JOB_ADDRESSES", "NUM_PROCESSES", "PROCESS_ID")
    for name, value in zip(names, ("127.0.0.1:1", "2", "1")):
        monkeypatch.setenv(f"KERAS_DISTRIBUTION_{name}", value)
    assert launched() == Launched("jax", 1, 2, 0)
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(GankitError, match=r"one of several of JAX\. Received: --backend torch"):
        use_devices(Training())


@pytest.mark.anywhere
def test_processes_of_a_launcher_train_one_run_alone(monkeypatch):
    for name, value in {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(GankitError, match="can train only one run"):
        use_devices_for_several_runs(Training())


def tf_config(kind, index, **cluster):
    """Return the environment of a process of TensorFlow."""
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


@pytest.mark.anywhere
def test_tf_config_gives_each_process_a_number_and_its_place_on_its_machine():
    cluster = {"chief": ["a:1"], "worker": ["b:1", "a:2", "b:2"]}
    tasks = [("chief", 0), ("worker", 0), ("worker", 1), ("worker", 2)]
    places = [launched(tf_config(*task, **cluster)) for task in tasks]
    assert [place.rank for place in places] == [0, 1, 2, 3]
    assert [place.local for place in places] == [0, 0, 1, 1]
    assert {(place.backend, place.count) for place in places} == {("tensorflow", 4)}
    assert places[3].addresses == ("a:1", "b:1", "a:2", "b:2")
    assert launched(tf_config("chief", 0, chief=["a:1"], evaluator=["a:2"])) is None


@pytest.mark.anywhere
@pytest.mark.parametrize(
    "environment",
    [
        tf_config("evaluator", 0, worker=["a:1", "b:1"]),
        tf_config("worker", 2, worker=["a:1", "b:1"]),
        {"TF_CONFIG": '{"cluster": ["a:1", "b:1"]}'},
        {"TF_CONFIG": "worker"},
    ],
)
def test_a_tf_config_without_this_process_is_an_error(environment):
    with pytest.raises(GankitError, match="TF_CONFIG must name") as error:
        launched(environment)
    assert 'TF_CONFIG=\'{"cluster"' in error.value.hint
