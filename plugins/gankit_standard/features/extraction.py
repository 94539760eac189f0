"""From examples to their features, a batch at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras
import numpy as np
from scipy.special import softmax

import gankit

Function = Callable[[np.ndarray], np.ndarray]

BATCH = 64


def extraction(name: str, network: keras.Model, prepare: Function) -> Function:
    """Return the function from examples (count, …) in [−1, 1] to features (count, size).

    The name is for the progress bar; `prepare` turns examples into the network's input.
    """

    def extract(examples: np.ndarray) -> np.ndarray:
        found, size = [], min(BATCH, len(examples))
        with gankit.progress(f"extracting features by {name}", len(examples)) as advance:
            for start in range(0, len(examples), size):
                batch = prepare(examples[start : start + size])
                found.append(_predicted(network, batch, size))
                advance(len(batch))
        return np.concatenate(found)

    return extract


@contextmanager
def in_float32() -> Iterator[None]:
    """Build layers in float32, whatever Keras' dtype policy is."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def softmax_of(kernel: np.ndarray, bias: np.ndarray | float = 0.0) -> Function:
    """Return the function from features to the probabilities of a dense last layer."""
    return lambda features: softmax(np.asarray(features, "float64") @ kernel + bias, axis=1)


def _predicted(network: keras.Model, batch: np.ndarray, size: int) -> np.ndarray:
    """Return a network's output; a smaller batch is padded, so that nothing is compiled for it."""
    padded = np.concatenate([batch, np.repeat(batch[-1:], size - len(batch), axis=0)])
    return np.asarray(network.predict_on_batch(padded))[: len(batch)]
