"""Clusters by k-means."""

import numpy as np

STEPS = 50  # at most


def k_means(x: np.ndarray, bins: int, seed: int = 0) -> np.ndarray:
    """Return the middles of k-means clusters, (bins, size), by Lloyd's steps from k-means++.

    Args:
        x: Points, (count, size).
        bins: The number of clusters; at most `count`.
        seed: Of the first middles.

    Reference:
        Arthur & Vassilvitskii 2007, k-means++: The Advantages of Careful Seeding.
    """
    middles = _spread(x, bins, np.random.default_rng(seed))
    before = None
    for _ in range(STEPS):
        chosen = nearest_middle(x, middles)
        if before is not None and np.array_equal(chosen, before):
            break
        before = chosen
        members = chosen == np.arange(bins)[:, None]
        counts = members.sum(axis=1, keepdims=True)
        middles = np.where(counts > 0, members.astype(x.dtype) @ x / np.maximum(counts, 1), middles)
    return middles


def nearest_middle(x: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """Return the place of the nearest middle of each point, (count,).

    Args:
        x: Points, (count, size).
        middles: (bins, size).
    """
    lengths = np.sum(middles**2, axis=1)
    return np.asarray(np.argmin(lengths - 2 * (x @ middles.T), axis=1))


def _spread(x: np.ndarray, bins: int, draw: np.random.Generator) -> np.ndarray:
    """Return examples that are far from each other: each drawn by its squared distance."""
    chosen = [int(draw.integers(len(x)))]
    squares, lengths = np.full(len(x), np.inf), np.einsum("ij,ij->i", x, x)
    while len(chosen) < bins:
        last = chosen[-1]
        away = lengths + lengths[last] - 2 * (x @ x[last])
        squares = np.maximum(np.minimum(squares, away), 0)
        squares[last] = 0  # exactly: it is not drawn again
        total = squares.sum()
        share = squares / total if total > 0 else None
        chosen.append(int(draw.choice(len(x), p=share)))
    return x[chosen]
