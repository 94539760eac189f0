"""Data parallel training on JAX, by `keras.distribution`: one program on all devices.

The weights are on every device, a batch is divided among them, and XLA adds what is missing, such
as the sum of the gradients. All mathematics is that of the whole batch.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import jax
import keras
import numpy as np
from keras import ops

from gankit.errors import GankitError
from gankit.messages import counted, tally


def devices() -> list[str]:
    """Return the names of the devices in use."""
    return [_name(device) for device in jax.devices()[: _count()]]


def use(count: int | Literal["all"]) -> None:
    """Train on so many devices from here on: what is built now, and its data.

    Raises:
        GankitError: There are fewer.
    """
    found = jax.devices()
    if count != "all" and count > len(found):
        have = f"{counted(len(found), 'device')} here: {tally(map(_name, found))}"
        raise GankitError(
            f"JAX has {have}. Received: {count}",
            f"--devices {len(found)}, or --devices all, which is as many as there are",
        )
    chosen = [f"{device.platform}:{device.id}" for device in found][
        : None if count == "all" else count
    ]
    alone = len(chosen) == 1
    keras.distribution.set_distribution(
        None if alone else keras.distribution.DataParallel(devices=chosen, auto_shard_dataset=False)
    )


def arranged(rows: np.ndarray, turns: int) -> np.ndarray:
    """Return the rows of a step, first all that the first device has of the turns, and so on."""
    return rows.reshape(turns, _count(), -1).swapaxes(0, 1).reshape(-1)


def part(x: Any, turn: int, turns: int) -> Any:
    """Return the rows of a turn, which stay on their devices; x is arranged."""
    if turns == 1:
        return x
    parts = ops.reshape(x, (_count(), turns, -1, *x.shape[1:]))
    return ops.reshape(parts[:, turn], (-1, *x.shape[1:]))


def draw(function: Callable[[Sequence[int]], Any], shape: Sequence[int]) -> Any:
    """Return `function(shape)`; each device draws its rows."""
    drawn, distribution = function(shape), keras.distribution.distribution()
    if distribution is None or shape[0] % _count():
        return drawn
    return keras.distribution.distribute_tensor(drawn, distribution.get_data_layout(drawn.shape))


def _count() -> int:
    distribution = keras.distribution.distribution()
    return distribution.device_mesh.devices.size if distribution else 1


def _name(device: Any) -> str:
    return "CPU" if device.platform == "cpu" else device.device_kind
