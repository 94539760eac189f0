"""Several steps in one compiled call, on data that stays on the device.

Every step is the body of one loop, and the number of steps is an argument. So the bits do not
depend on how an epoch is divided into calls, and nothing else is compiled for the rest of one.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import keras
import numpy as np

from gankit.engine.jax import processes

MOST = 128  # steps in a call
SECONDS = 0.1  # that a call takes, so that Ctrl-C is answered soon
ON_CPU = 2**28  # bytes of data that are copied into memory
CONVOLUTION = "conv_general_dilated"  # as jaxprs call it
ON_DEVICE = 0.25  # the fraction of a device's memory that data may take

Step = Callable[[Any, Any], tuple[Mapping[str, Any], Any]]
Train = Callable[[Any, Iterator[Any]], tuple[Mapping[str, Any], Any]]


class Indexed(Protocol):
    """Batches that can be gathered from arrays by their rows."""

    arrays: Mapping[str, np.ndarray]
    mirrors: bool

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> tuple[Mapping[str, np.ndarray]]: ...

    def rows(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of a batch, and which of them are mirrored."""
        ...


def pays(arrays: Mapping[str, np.ndarray]) -> bool:
    """Return whether to gather batches from these arrays on the device, several in a call."""
    if processes.processes() > 1 or keras.distribution.distribution() is not None:
        return False
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):
        return False  # made when they are read
    size = sum(array.nbytes for array in arrays.values())
    device = jax.local_devices()[0]
    if device.platform == "cpu":  # images mean convolutions: see `_may_loop`
        return size <= ON_CPU and all(array.ndim < 3 for array in arrays.values())
    limit: int = (device.memory_stats() or {}).get("bytes_limit", 0)
    return size <= ON_DEVICE * limit


class Epoch(keras.utils.PyDataset):
    """Stands for the batches of an epoch, whose rows each call takes itself.

    Args:
        batches: The batches.
        ahead: Returns the number of steps until something looks at the game.
    """

    def __init__(self, batches: Indexed, ahead: Callable[[], int] | None = None):
        super().__init__()
        self.batches = batches
        self.ahead = ahead
        self.done = 0

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[np.ndarray]:
        """Return nothing of use: a call takes its rows with `take`."""
        return (np.zeros((), "int32"),)

    def take(self, most: int) -> tuple[int, np.ndarray, np.ndarray | None]:
        """Return the number of steps to play, at most `most`, and their rows, (MOST, batch)."""
        left = len(self.batches) - self.done
        count = max(1, min(most, left, self.ahead() if self.ahead else left))
        taken = [self.batches.rows(self.done + index) for index in range(count)]
        self.done += count
        rows, mirrored = (_padded(np.stack(each)) for each in zip(*taken))
        return count, rows.astype("int32"), mirrored if self.batches.mirrors else None


class Several:
    """Plays several steps of a game in a call.

    Args:
        step: Returns the logs of a step and the state after it.
        names: What it logs.
        single: The compiled step, of a state and an iterator of batches.
    """

    def __init__(self, step: Step, names: Sequence[str], single: Train):
        self.step = step
        self.names = names
        self.single = single
        self.compiled = jax.jit(self._play, donate_argnums=0)
        self.loops: bool | None = None
        self.source: Mapping[str, np.ndarray] | None = None
        self.arrays: Mapping[str, jax.Array] = {}
        self.pace = Pace()

    def __call__(self, state: Any, epoch: Epoch) -> tuple[Sequence[Mapping[str, Any]], Any]:
        """Return the logs of each step that was played, and the state after them."""
        if self.source is not epoch.batches.arrays:
            self.source = epoch.batches.arrays
            self.arrays = {name: jnp.asarray(array) for name, array in self.source.items()}
        count, rows, mirrored = epoch.take(self.pace.steps)
        given = (state, self.arrays, rows, mirrored, count)
        if self.loops is None:
            self.loops = self._may_loop(given)
        if not self.loops:
            logs, state = self.single(state, iter([epoch.batches[epoch.done - 1]]))
            return [logs], state
        begun = time.perf_counter()
        table, state = self.compiled(*given)
        values = np.asarray(table)[:count]
        self.pace.mark(count, time.perf_counter() - begun)
        return [dict(zip(self.names, row)) for row in values], state

    def _may_loop(self, given: Sequence[Any]) -> bool:
        """Return whether XLA is as fast in a loop: on a CPU, convolutions there are naive ones."""
        on_cpu = jax.default_backend() == "cpu"
        return not on_cpu or CONVOLUTION not in str(self.compiled.trace(*given).jaxpr)

    def _play(self, state: Any, arrays: Any, rows: Any, mirrored: Any, count: Any) -> Any:
        """Return the logs of the steps, (MOST, logs), and the state after them."""

        def play(index: Any, carried: tuple[Any, Any]) -> tuple[Any, Any]:
            table, state = carried
            flips = None if mirrored is None else mirrored[index]
            batch = {name: _gathered(x, rows[index], flips) for name, x in arrays.items()}
            logs, state = self.step(state, (batch,))
            return table.at[index].set(jnp.stack([logs[name] for name in self.names])), state

        return jax.lax.fori_loop(0, count, play, (jnp.zeros((MOST, len(self.names))), state))


class Pace:
    """How many steps a call takes: as many as fit into a moment, by the time of the last call."""

    def __init__(self) -> None:
        self.steps = 1
        self.compiled = False

    def mark(self, count: int, seconds: float) -> None:
        """Note the time of a call; the first one compiles."""
        if self.compiled:
            self.steps = max(1, min(int(SECONDS * count / seconds), 4 * count, MOST))
        self.compiled = True


def _gathered(array: Any, rows: Any, mirrored: Any) -> Any:
    found = array[rows]
    if mirrored is None or array.ndim != 4:
        return found
    return jnp.where(mirrored[:, None, None, None], found[:, :, ::-1], found)


def _padded(rows: np.ndarray) -> np.ndarray:
    return np.pad(rows, ((0, MOST - len(rows)), (0, 0)))
