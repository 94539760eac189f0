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

from gankit.engine.jax.processes import processes, rows, sharing
from gankit.errors import GankitError
from gankit.messages import counted, tally


def devices() -> list[str]:
    """Return the names of the devices in use."""
    every = processes() > 1 and keras.distribution.distribution() is None
    return [_name(device) for device in jax.devices()[: None if every else _count()]]


def use(count: int | Literal["all"]) -> None:
    """Train on so many devices from here on: what is built now, and its data.

    Raises:
        GankitError: There are fewer.
    """
    found = jax.devices()
    if processes() > 1:
        _use_all(count, len(found))
        return
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


def _use_all(count: int | Literal["all"], found: int) -> None:
    """Check that a run in several processes trains on all devices."""
    keras.distribution.set_distribution(None)
    if count not in ("all", found):
        raise GankitError(
            f"training.devices = {count}, but the {processes()} processes have {found} devices",
            "--devices all",
        )


def arranged(rows: np.ndarray, turns: int) -> np.ndarray:
    """Return the rows of a step, first all that the first device has of the turns, and so on."""
    parts = rows.reshape(turns, _count(), -1).swapaxes(0, 1).reshape(-1)
    return np.split(parts, processes())[jax.process_index()] if sharing() else parts


def part(x: Any, turn: int, turns: int) -> Any:
    """Return the rows of a turn, which stay on their devices; x is arranged."""
    if turns == 1:
        return x
    parts = ops.reshape(x, (_count(), turns, -1, *x.shape[1:]))
    return ops.reshape(parts[:, turn], (-1, *x.shape[1:]))


def draw(function: Callable[[Sequence[int]], Any], shape: Sequence[int]) -> Any:
    """Return `function(shape)`; each device draws its rows."""
    drawn, distribution = function(shape), keras.distribution.distribution()
    if sharing() and shape[0] % _count() == 0:
        return jax.lax.with_sharding_constraint(drawn, rows())
    if distribution is None or shape[0] % _count():
        return drawn
    return keras.distribution.distribute_tensor(drawn, distribution.get_data_layout(drawn.shape))


def _count() -> int:
    if sharing():
        return len(jax.devices())
    distribution = keras.distribution.distribution()
    return distribution.device_mesh.devices.size if distribution else 1


def _name(device: Any) -> str:
    return "CPU" if device.platform == "cpu" else device.device_kind
