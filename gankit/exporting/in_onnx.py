"""An ONNX file, for ONNX Runtime and whatever else reads them."""

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np


def write(network: keras.Model, path: Path, about: Mapping) -> None:
    """Write what a network computes, for a batch of any size, with what is known about it."""
    import onnx

    network(keras.tree.map_structure(_one, network.input))  # Keras exports what was called once
    with warnings.catch_warnings(action="ignore"):  # of tf2onnx, about numpy
        network.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    texts = {key: json.dumps(value, ensure_ascii=False) for key, value in about.items()}
    onnx.helper.set_model_props(model, texts)
    onnx.save(model, path)


def outputs(path: Path, inputs: Sequence[np.ndarray], network: keras.Model) -> np.ndarray:
    """Return what ONNX Runtime makes of inputs, on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    named = {node.name: array for node, array in zip(session.get_inputs(), inputs)}
    return session.run(None, named)[0]


def _one(x: keras.KerasTensor):
    return keras.ops.zeros((1, *x.shape[1:]), x.dtype)
