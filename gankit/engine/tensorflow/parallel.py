"""TensorFlow trains on one device."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import tensorflow as tf
from keras import ops

from gankit.errors import GankitError


def devices() -> list[str]:
    """Return the names of the devices in use, a GPU if there is one."""
    gpus = tf.config.list_physical_devices("GPU")[:1]
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return [d.get("device_name", "GPU") for d in details] or ["CPU"]


def use(count: int | Literal["all"]) -> None:
    """Train on so many devices from here on.

    Raises:
        GankitError: This is not possible.
    """
    if count not in (1, "all") or (
        len(tf.config.list_physical_devices("GPU")) > 1 and count == "all"
    ):
        raise GankitError(
            f"training.devices = {count!r}: on TensorFlow, gankit trains on one device",
            "add --backend jax or --backend torch, which train on several",
        )


def arranged(rows: np.ndarray, turns: int) -> np.ndarray:
    """Return the rows of a step that this process has."""
    return rows


def part(x: Any, turn: int, turns: int) -> Any:
    """Return the rows of a turn."""
    size = ops.shape(x)[0] // turns
    return x[turn * size : (turn + 1) * size]


def draw(function: Callable[[Sequence[int]], Any], shape: Sequence[int]) -> Any:
    """Return `function(shape)`."""
    return function(shape)
