"""The format `keras`: a Keras file that loads without gankit."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from gankit.backend import ON_CPU
from gankit.errors import GankitError
from gankit.exporting import load_without_gankit
from gankit.exporting.plain_layers import foreign_layers, plain

prepared = plain


def write(network: keras.Model, path: Path, about: Mapping[str, object]) -> None:
    """Write a network; the format has no place for `about`.

    Raises:
        GankitError: Keras does not know some of its layers.
    """
    unknown = foreign_layers(network)
    if unknown:
        raise GankitError(
            f"the {network.name} has layers that Keras does not know: {', '.join(unknown)}; "
            "a .keras file contains no code, so it would not load elsewhere",
            "choose a format that needs no layers: --format onnx, or --format saved-model\n"
            "or only the weights: --format npz",
        )
    network.save(path)


def outputs(path: Path, inputs: Sequence[np.ndarray], network: keras.Model) -> np.ndarray:
    """Return the outputs of the file's network, loaded in a process without gankit."""
    environment = {**os.environ, **ON_CPU, "KERAS_BACKEND": keras.backend.backend()}
    with tempfile.TemporaryDirectory() as folder:
        given, made = f"{folder}/given.npz", f"{folder}/made.npy"
        np.savez(given, *inputs)
        command = [sys.executable, "-P", load_without_gankit.__file__, str(path), given, made]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise GankitError(f"the file does not load without gankit:\n{done.stderr[-800:]}")
        return np.asarray(np.load(made, allow_pickle=False))
