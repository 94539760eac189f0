"""Choosing the real examples to score with, and what is known about their labels."""

import numpy as np

from gankit.data.dataset import Dataset
from gankit.data.scaling import from_uint8


def choose(count: int, total: int, seed: int) -> np.ndarray:
    """Return the sorted indices of at most `count` of `total` examples, chosen at random."""
    draw = np.random.default_rng(seed)
    return np.sort(draw.choice(total, min(count, total), replace=False))


def real_examples(dataset: Dataset, count: int, seed: int) -> np.ndarray:
    """Return at most `count` examples, chosen at random, images in [−1, 1]."""
    return from_uint8(np.asarray(dataset.arrays["images"][choose(count, len(dataset), seed)]))


def class_inputs(dataset: Dataset) -> dict[str, np.ndarray]:
    """Return the metric inputs `class_names` and `class_fractions` of labelled data."""
    if labelled(dataset) is None:
        return {}
    counts = np.array(list(dataset.counts().values()))
    return {"class_names": np.array(dataset.classes), "class_fractions": counts / counts.sum()}


def labelled(dataset: Dataset) -> Dataset | None:
    """Return the data if it has labels of several classes, else None."""
    return dataset if "labels" in dataset.arrays and len(dataset.classes) > 1 else None
