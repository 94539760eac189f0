"""What all tests share: a cache of their own, a small game, and processes to try things in."""

import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from gankit.cli import main

ROOT = Path(__file__).parents[1]
QUICK = "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"


def pytest_configure(config):
    """Set up backends for games that are small: one thread each, compiled quickly and once."""
    folder = tempfile.TemporaryDirectory()  # not for two that test: JAX writes its files in place
    config.add_cleanup(folder.cleanup)
    os.environ |= {
        "JAX_COMPILATION_CACHE_DIR": folder.name,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.1",  # storing quicker ones does not pay
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as gankit's own processes: the same bits
    if os.environ.get("KERAS_BACKEND") == "jax":
        os.environ.setdefault("XLA_FLAGS", QUICK)  # halves the time to compile


@pytest.fixture(scope="module", autouse=True)
def frozen():
    """Spare the garbage collector the graphs that TensorFlow never frees."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """Keep the caches of the tests away from the user's."""
    folder = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setenv("GANKIT_CACHE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def staying(monkeypatch):
    """Keep the tests' process alive where a command ends its own."""
    monkeypatch.setattr("gankit.cli.leave", sys.exit)


@pytest.fixture
def python(tmp_path):
    """Run a Python program or `-m` module in a folder of its own; returns the finished process."""

    def run(*arguments, backend=None, check=True, **environment):
        chosen = {"KERAS_BACKEND": backend} if backend else {}
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **chosen, **environment},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def gankit(monkeypatch, capsys, tmp_path):
    """Type a command in a folder of its own; returns (exit code, standard output, error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(os, "environ", os.environ.copy())  # --cpu sets some

    def run(*words) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gankit", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def images():
    """64 random images, (64, 8, 8, 1) of uint8."""
    return np.random.default_rng(0).integers(0, 256, (64, 8, 8, 1), dtype=np.uint8)
