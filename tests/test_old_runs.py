"""A run and an export that were made before the rooms and the names of gankit moved.

The version of then wrote `old_run` on JAX and was killed within its second epoch; resumed on each
backend, it ended with the values of `old_run_expected.npz`. Its loss is one whose formula has not
changed since: that of `bce` now rounds otherwise.
"""

import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np
import pytest

import gankit as g
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.folder import RunFolder
from gankit.run.history import read_history
from gankit.run.scores import read

HERE = Path(__file__).parent
BACKEND = keras.backend.backend()


@pytest.fixture
def run(tmp_path):
    """The old run, as if it had been made on the backend of this process."""
    folder = shutil.copytree(HERE / "old_run", tmp_path / "old_run")
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "backend": BACKEND}))
    return RunFolder(folder)


def expected():
    """Return what the old version ended with, and whether this machine computes the same bits."""
    plain = BACKEND == "jax" and os.environ.get("JAX_DISABLE_MOST_OPTIMIZATIONS") == "1"
    with np.load(HERE / "old_run_expected.npz") as arrays:
        values, made_on = (
            arrays[BACKEND + "-unoptimised" * plain],
            json.loads(str(arrays["made_on"])),
        )
    here = {"simd": np.show_config(mode="dicts")["SIMD Extensions"]["found"]}
    here |= {name: version(name) for name in ("keras", BACKEND)}
    return values, here.items() <= made_on.items()


def test_an_old_run_resumes_to_the_values_of_the_old_version(gankit, run):
    code, out, err = gankit("run", "--resume", run.path)
    assert code == 0, out + err
    last = Checkpoints(run.checkpoints).find("last")
    assert last.place == Place(stage=0, epoch=2, step=0, steps=12)
    values, same_bits = expected()
    found = np.concatenate([array.ravel().astype("float64") for array in last.arrays.values()])
    np.testing.assert_allclose(found, values, rtol=1e-3, atol=1e-4)
    if same_bits:
        np.testing.assert_array_equal(found, values)
    assert [row["epoch"] for row in read_history(run.history)] == ["1", "2"]
    assert [(line["epoch"], line["verb"]) for line in read(run.scores)] == [(1, "run"), (2, "run")]
    assert Checkpoints(run.checkpoints).best == "step-000000006"


def test_an_old_run_and_an_old_export_make_the_same_samples(gankit, run, tmp_path):
    network = keras.saving.load_model(HERE / "old_generator.keras")
    noise = np.random.default_rng(5).standard_normal((8, 2), dtype="float32")
    old = keras.ops.convert_to_numpy(network(noise))
    samples = g.sample(run.path, count=8, seed=5).values
    np.testing.assert_allclose(samples, old, rtol=1e-5, atol=1e-6)
    code, out, err = gankit("export", run.path, "--out", tmp_path / "new.keras")
    assert code == 0, out + err
    new = keras.saving.load_model(tmp_path / "new.keras")
    np.testing.assert_allclose(keras.ops.convert_to_numpy(new(noise)), old, rtol=1e-5, atol=1e-6)
