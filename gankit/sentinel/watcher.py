"""Looks at a game beside its step: the step is the same program with monitors and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import ops

from gankit.data.dataset import Dataset
from gankit.data.scaling import tensor_from_uint8
from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.game.monitor import Look, Monitor
from gankit.game.turn import Judgment, Round, Turn

ROWS = 64  # of a batch that is looked at, where the game's own is larger
EXAMPLES = 1024  # that samples are compared with
BYTES = 2**24  # that they may take up
PLAYER = "discriminator"

Arrays = Mapping[str, Any]


class Watcher:
    """Computes what the monitors watch, without a trace in the game.

    Everything runs in a scope that forgets what is assigned in it: the state of random numbers,
    moving averages, what stabilizers keep.

    Args:
        gan: The game.
        dataset: Its data.
        monitors: Who watches.
        batch_size: Of the game.
        seed: Of the choice of examples.
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
        self._watch = gan.aside(self._watched)

    def __call__(self, steps: int) -> dict[str, float]:
        """Return what there is to see after so many steps, by name."""
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
        return {k: v for monitor in self.monitors for k, v in _watched_by(monitor, look).items()}

    def _judged(self, batch: Arrays) -> list[Judgment]:
        """Return what is judged on a discriminator's turn."""
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
    """Return how many rows are looked at: as parts may need them in groups, a divisor if it can."""
    sizes = [size for size in range(ROWS // 2, 2 * ROWS + 1) if batch_size % size == 0]
    near = min(sizes, key=lambda size: abs(size - ROWS), default=ROWS)
    return batch_size if batch_size <= ROWS else near


def _drawn(arrays: Arrays, rows: int, draw: np.random.Generator) -> dict[str, np.ndarray]:
    """Return rows of arrays, chosen by lot, sorted as a file is read."""
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
