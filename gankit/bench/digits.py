"""Counts the modes of stacked MNIST with a classifier of digits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from gankit.bench.mixture_scores import kl_to_equal
from gankit.data.dataset import Dataset
from gankit.data.scaling import from_uint8
from gankit.discovery.plugins import load_plugins
from gankit.recipe.features import choose_features
from gankit.recipe.section import Section
from gankit.scoring.features import Features

TRAINING_STEPS = 3000
CLASSES = 10
MARGIN = 2  # of samples, around the 28 × 28 pixels of a digit


@dataclass(frozen=True)
class ModeScore:
    """The scores of some samples."""

    modes: int  # of 1,000, that have a sample
    reverse_kl: float  # of the fractions of the modes, to equal ones


@dataclass(frozen=True)
class Digits:
    """A classifier of single digits.

    Args:
        classify: From grey images (count, 28, 28, 1) in [−1, 1] to digits (count,).
        accuracy: The fraction of MNIST's test images that it classifies correctly.
    """

    classify: Callable[[np.ndarray], np.ndarray]
    accuracy: float

    def score(self, samples: np.ndarray) -> ModeScore:
        """Return the scores of samples (count, 32, 32, 3) in [−1, 1], which have a margin."""
        grey = np.moveaxis(samples[:, MARGIN:-MARGIN, MARGIN:-MARGIN], 3, 1)
        digits = self.classify(grey.reshape(-1, *grey.shape[2:], 1))
        return mode_score(digits.reshape(len(samples), 3) @ [100, 10, 1])


def mode_score(modes: np.ndarray) -> ModeScore:
    """Return the scores of samples by their modes (count,), numbers below 1,000."""
    counts = np.bincount(modes, minlength=CLASSES**3)
    return ModeScore(int(np.sum(counts > 0)), kl_to_equal(counts / counts.sum()))


@cache
def digits(path: str | None = None) -> Digits:
    """Return a classifier that was trained on MNIST's training images, once for all benchmarks.

    Args:
        path: Where MNIST is; Keras downloads it if None.

    Raises:
        GankitError: MNIST cannot be read or downloaded.
    """
    made: Features = Section(
        "classifier",
        {"steps": TRAINING_STEPS},
        choose_features("classifier", load_plugins()).part,
    ).make(data=_mnist(path, "train"))
    assert made.classify is not None
    probabilities, test = made.classify, _mnist(path, "test")

    def classify(images: np.ndarray) -> np.ndarray:
        return np.asarray(np.argmax(probabilities(made.extract(images)), axis=1))

    found = classify(from_uint8(np.asarray(test.arrays["images"])))
    return Digits(classify, float(np.mean(found == test.arrays["labels"])))


def _mnist(path: str | None, split: str) -> Dataset:
    part = load_plugins().find("datasets", "mnist")
    made: Dataset = Section("mnist", {"path": path, "split": split}, part).make()
    return made
