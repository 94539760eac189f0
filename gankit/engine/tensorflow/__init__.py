"""The engine on TensorFlow: what it can do."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf


@contextmanager
def compiling_quickly() -> Iterator[None]:
    """Compile quickly rather than well, for a few steps."""
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})


def compiles() -> bool:
    """Return whether the first step is compiled before it is played: TensorFlow does."""
    return True


def compiles_slowly() -> bool:
    """Return whether compiling a large step takes far longer than to play it layer by layer."""
    return True


def out_of_memory(error: Exception) -> bool:
    """Return whether an exception means that the device is out of memory."""
    return isinstance(error, tf.errors.ResourceExhaustedError)


def seed(number: int) -> int:
    """Return a seed of 32 bits as Keras keeps it here: as it is."""
    return number


def supports(precision: str) -> bool:
    """Return whether the devices can train in a precision."""
    return True
