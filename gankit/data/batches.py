"""The batches of one epoch, in an order that depends on seed and epoch alone."""

from collections.abc import Callable, Mapping

import keras
import numpy as np

from gankit.data.dataset import Dataset
from gankit.errors import GankitError

Arranged = Callable[[np.ndarray], np.ndarray]


class Batches(keras.utils.PyDataset):
    """Shuffled batches of equal size; examples left over at the end of an epoch are skipped.

    Args:
        dataset: The data.
        size: The number of examples in a batch.
        seed: Of the order and the flips.
        epoch: The number of the epoch.
        start: The number of batches to skip.
        arranged: Returns the places of a batch in the order in which this process loads them; on
            several devices it says which device has which.

    Raises:
        GankitError: The data has fewer examples than a batch.
    """

    def __init__(
        self,
        dataset: Dataset,
        size: int,
        seed: int,
        epoch: int = 0,
        start: int = 0,
        arranged: Arranged = lambda rows: rows,
    ):
        super().__init__()
        self.arrays = dataset.arrays
        self.mirrors = dataset.flip
        self.size = size
        self.start = start
        self.arranged = arranged
        self.steps = len(dataset) // size
        if not self.steps:
            raise GankitError(
                f"a step needs {size:,} examples, but the dataset has {len(dataset):,}",
                "lower training.batch_size or a player's repeats, or use more data",
            )
        order = np.random.default_rng([seed, epoch])
        self.order = order.permutation(len(dataset))
        self.flipped = order.random(len(dataset)) < (0.5 if dataset.flip else 0.0)

    def __len__(self) -> int:
        return self.steps - self.start

    def __getitem__(self, index: int) -> tuple[Mapping[str, np.ndarray]]:
        """Return batch `start + index`, arrays by name in a tuple, as Keras expects."""
        rows, mirrored = self.rows(index)
        arrays = self.arrays.items()
        return ({name: _flip(np.asarray(array[rows]), mirrored) for name, array in arrays},)

    def rows(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of batch `start + index`, and which of them are mirrored."""
        first = (self.start + index) * self.size
        places = self.arranged(np.arange(first, first + self.size))
        return self.order[places], self.flipped[places]


def _flip(array: np.ndarray, flipped: np.ndarray) -> np.ndarray:
    if array.ndim != 4 or not flipped.any():
        return array
    return np.where(flipped[:, None, None, None], array[:, :, ::-1], array)
