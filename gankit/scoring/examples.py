"""The examples that are scored."""

import numpy as np


def choose(count: int, total: int, seed: int) -> np.ndarray:
    """Return the places of at most `count` of so many examples, chosen by lot, sorted."""
    draw = np.random.default_rng(seed)
    return np.sort(draw.choice(total, min(count, total), replace=False))


def in_range(examples: np.ndarray) -> np.ndarray:
    """Return pictures of uint8 as floats in [−1, 1], anything else as it is."""
    return examples / np.float32(127.5) - 1 if examples.dtype == np.uint8 else examples
