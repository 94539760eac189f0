"""An ONNX file, for ONNX Runtime and whatever else reads them."""

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np

from gankit.errors import GankitError
from gankit.exporting.plain_layers import unfolded
from gankit.messages import cut

# On our kernels: Keras has XLA compile a grouped convolution, for which ONNX has no operation.
prepared = unfolded


def write(network: keras.Model, path: Path, about: Mapping) -> None:
    """Write what a network computes, for a batch of any size, with what is known about it.

    Raises:
        GankitError: It cannot be converted.
    """
    import onnx

    network(network.input)  # Keras exports what was called once
    with _refused_clearly(), warnings.catch_warnings(action="ignore"):  # of tf2onnx, about numpy
        network.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    texts = {key: json.dumps(value, ensure_ascii=False) for key, value in about.items()}
    onnx.helper.set_model_props(model, texts)
    onnx.save(model, path)


def outputs(path: Path, inputs: Sequence[np.ndarray], network: keras.Model) -> np.ndarray:
    """Return what ONNX Runtime makes of inputs, on the CPU.

    Raises:
        GankitError: It does not run what was converted.
    """
    import onnxruntime

    with _refused_clearly():
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        named = {node.name: array for node, array in zip(session.get_inputs(), inputs)}
        return session.run(None, named)[0]


@contextmanager
def _refused_clearly() -> Iterator[None]:
    """Say which other ways there are where the packages for ONNX fail, each in its own manner."""
    try:
        yield
    except Exception as error:
        reason = cut(" ".join(str(error).split()), 300)
        raise GankitError(
            f"the network cannot be converted to ONNX and run: {type(error).__name__}: {reason}",
            "choose another format: --format saved-model, or --format keras",
        ) from error
