"""Looks at a game between its steps: the step is the same program with and without monitors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import ops

from gankit.data.dataset import Dataset
from gankit.data.scaling import tensor_from_uint8
from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.game.judgment import Judgment
from gankit.game.monitor import Look, Monitor
from gankit.game.turn import Round, Turn

ROWS = 64  # of the batch that monitors see
EXAMPLES = 1024  # that samples are compared with
BYTES = 2**24  # of these examples, at most
PLAYER = "discriminator"

Arrays = Mapping[str, Any]


class Watcher:
    """Computes what the monitors watch, without changing the game.

    Everything runs in a scope that discards assignments: to random states, moving averages and the
    state of stabilizers.

    Args:
        gan: The game.
        dataset: Its data.
        monitors: The monitors.
        batch_size: The batch size of the game.
        seed: The seed of the choice of examples.

    Attributes:
        at: The monitor that is watching; after an exception the one that raised it, if any.
    """

    def __init__(
        self, gan: GAN, dataset: Dataset, monitors: Sequence[Monitor], batch_size: int, seed: int
    ):
        self.gan = gan
        self.dataset = dataset
        self.monitors = [monitor for monitor in monitors if monitor.logged]
        self.rows = _rows(batch_size)
        self.seed = seed
        self.examples = _examples(dataset)
        self.at: Monitor | None = None
        self._watch = gan.aside(self._watched)

    def __call__(self, steps: int) -> dict[str, float]:
        """Return the scalars that the monitors see after so many steps, by name."""
        if not self.monitors:
            return {}
        draw = np.random.default_rng([self.seed, steps])
        batch = _drawn(self.dataset.arrays, self.rows, draw)
        held_out = _drawn(self.dataset.held_out, self.rows, draw)
        found = self._watch(batch, held_out, self.examples)
        return {name: float(value) for name, value in found.items()}

    def _watched(self, batch: Arrays, held_out: Arrays, examples: Any) -> dict[str, Any]:
        look = Look(
            self._judged(batch),
            self._judged(held_out) if held_out else (),
            None if examples is None else tensor_from_uint8(examples),
            {player: self.gan.trained_by(player) for player in self.gan.game.players},
        )
        found: dict[str, Any] = {}
        for monitor in self.monitors:
            self.at = monitor
            found |= _watched_by(monitor, look)
        self.at = None
        return found

    def _judged(self, batch: Arrays) -> list[Judgment]:
        """Return the judgments of a discriminator's turn."""
        if PLAYER not in self.gan.game.players:
            return []
        tensors = {name: tensor_from_uint8(array) for name, array in batch.items()}
        turn = Turn(PLAYER, Round(self.gan, tensors))
        self.gan.game(turn)
        return turn.judgments


def _watched_by(monitor: Monitor, look: Look) -> dict[str, Any]:
    found = monitor.watch(look)
    if untold := sorted(set(found) - set(monitor.logged)):
        who = type(monitor).__name__
        raise GankitError(
            f"{who}.watch returns {', '.join(untold)}, which is not in {who}.logged",
            f"logged = {(*monitor.logged, *untold)}",
        )
    return {name: ops.convert_to_tensor(value) for name, value in found.items()}


def _rows(batch_size: int) -> int:
    """Return the number of rows to look at; a divisor of the batch if possible, for packs."""
    sizes = [size for size in range(ROWS // 2, 2 * ROWS + 1) if batch_size % size == 0]
    near = min(sizes, key=lambda size: abs(size - ROWS), default=ROWS)
    return batch_size if batch_size <= ROWS else near


def _drawn(arrays: Arrays, rows: int, draw: np.random.Generator) -> dict[str, np.ndarray]:
    """Return random rows of arrays, in the order of the file."""
    if not arrays:
        return {}
    count = len(next(iter(arrays.values())))
    chosen = np.sort(draw.choice(count, rows, replace=count < rows))
    return {name: np.asarray(array[chosen]) for name, array in arrays.items()}


def _examples(dataset: Dataset) -> Any:
    images = dataset.arrays.get("images")
    if images is None:
        return None
    size = int(np.prod(images.shape[1:])) * images.dtype.itemsize
    return ops.convert_to_tensor(np.asarray(images[: max(ROWS, min(EXAMPLES, BYTES // size))]))
