"""The format `onnx`, for ONNX Runtime and others."""

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

# With gankit's kernels: Keras compiles grouped convolutions with XLA, which ONNX cannot express.
prepared = unfolded


def write(network: keras.Model, path: Path, about: Mapping[str, object]) -> None:
    """Write a network for any batch size, with `about` in its metadata.

    Raises:
        GankitError: It cannot be converted.
    """
    import onnx

    network(network.input)  # Keras exports only a network that was called
    with _clear_errors(), warnings.catch_warnings(action="ignore"):  # tf2onnx warns about numpy
        network.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    texts = {key: json.dumps(value, ensure_ascii=False) for key, value in about.items()}
    onnx.helper.set_model_props(model, texts)
    onnx.save(model, path)


def outputs(path: Path, inputs: Sequence[np.ndarray], network: keras.Model) -> np.ndarray:
    """Return the outputs of ONNX Runtime on the CPU.

    Raises:
        GankitError: It cannot run the file.
    """
    import onnxruntime

    with _clear_errors():
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        named = {node.name: array for node, array in zip(session.get_inputs(), inputs)}
        return np.asarray(session.run(None, named)[0])


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Turn any error of the ONNX packages into a GankitError."""
    try:
        yield
    except Exception as error:
        reason = cut(" ".join(str(error).split()), 300)
        raise GankitError(
            f"the network cannot be converted to ONNX and run: {type(error).__name__}: {reason}",
            "choose another format: --format saved-model, or --format keras",
        ) from error
