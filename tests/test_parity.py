"""The three backends play the same game."""

import os
from pathlib import Path

import numpy as np
import pytest

WORKER = Path(__file__).with_name("parity_worker.py")


@pytest.mark.skipif(
    os.environ.get("KERAS_BACKEND") != "jax", reason="the suite on JAX compares all three"
)
def test_equal_weights_noise_and_batch_give_equal_steps(python, tmp_path):
    found = {}
    for backend in ("tensorflow", "jax", "torch"):
        pytest.importorskip(backend)
        python(WORKER, tmp_path / f"{backend}.npz", backend=backend)
        with np.load(tmp_path / f"{backend}.npz") as arrays:
            found[backend] = dict(arrays)
    assert len(found["jax"]) > 60
    for backend in ("jax", "torch"):
        assert found[backend].keys() == found["tensorflow"].keys()
        for name, expected in found["tensorflow"].items():
            scale = max(1e-6, np.abs(expected).max())
            error = np.abs(found[backend][name] - expected).max() / scale
            assert error < 1e-5, (backend, name, error)
