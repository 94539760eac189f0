"""From many images to their features, a batch at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras
import numpy as np

import gankit

BATCH = 64


def extraction(
    name: str, network: keras.Model, prepared: Callable[[np.ndarray], np.ndarray]
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function from examples (count, …) to features (count, size).

    Args:
        name: Of the features, for the progress bar.
        network: Makes features of what is prepared.
        prepared: Makes of examples in [−1, 1] what the network takes.
    """

    def extract(examples: np.ndarray) -> np.ndarray:
        found, size = [], min(BATCH, len(examples))
        with gankit.progress(f"features {name}", len(examples)) as advance:
            for start in range(0, len(examples), size):
                batch = prepared(examples[start : start + size])
                found.append(_answers(network, batch, size))
                advance(len(batch))
        return np.concatenate(found)

    return extract


@contextmanager
def in_float32() -> Iterator[None]:
    """Build layers in float32, whatever precision the game is played in."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def softmax_of(kernel: np.ndarray, bias: np.ndarray | float = 0.0) -> Callable:
    """Return the function from features to the probabilities of a dense last layer.

    Args:
        kernel: (size, classes).
        bias: (classes,).
    """

    def classify(features: np.ndarray) -> np.ndarray:
        logits = np.asarray(features, "float64") @ kernel + bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    return classify


def _answers(network: keras.Model, batch: np.ndarray, size: int) -> np.ndarray:
    """Return a network's answers; a last, smaller batch is filled up, lest it be compiled for."""
    filled = np.concatenate([batch, np.repeat(batch[-1:], size - len(batch), axis=0)])
    return np.asarray(network.predict_on_batch(filled))[: len(batch)]
