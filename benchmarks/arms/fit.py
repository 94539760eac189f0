"""gankit's step of the LEGO DCGAN, as `fit` plays it: one in a call."""

from collections.abc import Callable, Mapping

import keras
import numpy as np
from arms.toolkit import made

import gankit
from gankit.game.gan import GAN

MANY = True


def build(levels: np.ndarray) -> Callable[[int], None]:
    """Return a function that plays so many steps."""
    return playing(made(levels), levels, False)


def playing(gan: GAN, examples: np.ndarray, several: bool) -> Callable[[int], None]:
    """Return a function that plays so many steps of a game, each on all examples."""
    data = gankit.Dataset({"images": examples})

    def play(steps: int) -> None:
        batches = Same(data.arrays, steps)
        fed = gan.epoch_of(batches) if several else batches
        gan.fit(fed, verbose=0, shuffle=False)

    return play


class Same(keras.utils.PyDataset):
    """All examples, in each of so many steps."""

    mirrors = False

    def __init__(self, arrays: Mapping[str, np.ndarray], steps: int):
        super().__init__()
        self.arrays = arrays
        self.steps = steps

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> tuple[Mapping[str, np.ndarray]]:
        """Return a batch as it was read, not the same array again."""
        rows, _ = self.rows(index)
        return ({name: array[rows] for name, array in self.arrays.items()},)

    def rows(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return all rows, none of them mirrored."""
        count = len(self.arrays["images"])
        return np.arange(count), np.zeros(count, bool)
