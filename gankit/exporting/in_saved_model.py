"""A SavedModel, for TensorFlow and TensorFlow Serving."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from gankit.exporting.plain_layers import unfolded

prepared = unfolded


def write(network: keras.Model, path: Path, about: Mapping) -> None:
    """Write what a network computes; no code of its layers is needed to load it."""
    network.export(path, format="tf_saved_model", verbose=False)


def outputs(path: Path, inputs: Sequence[np.ndarray], network: keras.Model) -> np.ndarray:
    """Return what the SavedModel makes of inputs, loaded by TensorFlow alone."""
    import tensorflow as tf

    tensors = [tf.constant(array) for array in inputs]
    loaded = tf.saved_model.load(str(path))
    return loaded.serve(tensors if len(tensors) > 1 else tensors[0]).numpy()
