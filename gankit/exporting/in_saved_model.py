"""The format `saved-model`, for TensorFlow and TensorFlow Serving."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from gankit.exporting.plain_layers import unfolded

prepared = unfolded


def write(network: keras.Model, path: Path, about: Mapping[str, object]) -> None:
    """Write a network as a graph; the format has no place for `about`."""
    network.export(path, format="tf_saved_model", verbose=False)


def outputs(path: Path, inputs: Sequence[np.ndarray], network: keras.Model) -> np.ndarray:
    """Return the outputs of the SavedModel, loaded by TensorFlow alone."""
    import tensorflow as tf

    tensors = [tf.constant(array) for array in inputs]
    loaded = tf.saved_model.load(str(path))
    return np.asarray(loaded.serve(tensors if len(tensors) > 1 else tensors[0]))
