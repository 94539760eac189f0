"""A file of Keras' own, which loads where there is no gankit."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from gankit.backend import ON_CPU
from gankit.errors import GankitError
from gankit.exporting import load_without_gankit
from gankit.exporting.plain_layers import plain, strangers

prepared = plain


def write(network: keras.Model, path: Path, about: Mapping) -> None:
    """Write a network; what is known about it is no part of Keras' format.

    Raises:
        GankitError: It has layers that Keras does not know.
    """
    unknown = strangers(network)
    if unknown:
        raise GankitError(
            f"the {network.name} has layers that Keras does not know: {', '.join(unknown)}; "
            "a .keras file holds no code, so it could not be loaded elsewhere",
            "choose a format that needs no layers: --format onnx, or --format saved-model\n"
            "or the weights alone: --format npz",
        )
    network.save(path)


def outputs(path: Path, inputs: Sequence[np.ndarray], network: keras.Model) -> np.ndarray:
    """Return what the file makes of inputs, loaded by a process that has no gankit."""
    given, made = path.with_name("given.npz"), path.with_name("made.npy")
    np.savez(given, *inputs)
    command = [sys.executable, "-P", load_without_gankit.__file__, str(path), str(given), str(made)]
    environment = {**os.environ, **ON_CPU, "KERAS_BACKEND": keras.backend.backend()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise GankitError(f"the file does not load where there is no gankit:\n{done.stderr[-800:]}")
    return np.load(made, allow_pickle=False)
