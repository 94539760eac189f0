"""Clusters of the real examples as bins: how many do the samples reach, and how often?"""

from statistics import NormalDist
from typing import Annotated

import numpy as np
from pydantic import Field

import gankit

Count = Annotated[int, Field(ge=1)]
STEPS = 50  # of k-means, at most


@gankit.better(clusters_covered="high", clusters_different="low", clusters_divergence="low")
def clusters(
    real, fake, bins: Count = 100, significance: Annotated[float, Field(gt=0, lt=1)] = 0.05
) -> dict[str, float]:
    """How many k-means clusters of the real examples the samples cover, and cover alike.

    Args:
        real: Features of real examples, (count, size).
        fake: Features of generated examples, (count, size).
        bins: The number of clusters; at most the number of real examples.
        significance: Of the test that a cluster has another share of the samples than of the real
            examples.

    Returns:
        clusters_covered: The share of the clusters with at least one sample.
        clusters_different: The share of those with a significantly different share (NDB / K).
        clusters_divergence: The Jensen–Shannon divergence of the shares, in nats.

    Reference:
        Richardson & Weiss 2018, On GANs and GMMs, arXiv:1805.12462.
    """
    real, fake = np.asarray(real, "float64"), np.asarray(fake, "float64")
    bins = min(bins, len(real))
    middles = k_means(real, bins)
    counts = [np.bincount(_assign(x, middles), minlength=bins) for x in (real, fake)]
    p, q = (count / count.sum() for count in counts)
    both = sum(counts) / (len(real) + len(fake))
    error = np.sqrt(both * (1 - both) * (1 / len(real) + 1 / len(fake)))
    limit = NormalDist().inv_cdf(1 - significance / 2)
    return {
        "clusters_covered": float(np.mean(q > 0)),
        "clusters_different": float(np.mean(np.abs(p - q) > limit * error)),
        "clusters_divergence": float((_divergence(p, q) + _divergence(q, p)) / 2),
    }


def k_means(x: np.ndarray, bins: int, seed: int = 0) -> np.ndarray:
    """Return the middles of k-means clusters, (bins, size), by Lloyd's steps from k-means++.

    Reference:
        Arthur & Vassilvitskii 2007, k-means++: The Advantages of Careful Seeding.
    """
    middles = _spread(x, bins, np.random.default_rng(seed))
    before = None
    for _ in range(STEPS):
        chosen = _assign(x, middles)
        if before is not None and np.array_equal(chosen, before):
            break
        before = chosen
        sums = np.zeros_like(middles)
        np.add.at(sums, chosen, x)
        counts = np.bincount(chosen, minlength=bins)[:, None]
        middles = np.where(counts > 0, sums / np.maximum(counts, 1), middles)
    return middles


def _spread(x: np.ndarray, bins: int, draw: np.random.Generator) -> np.ndarray:
    """Return examples that are far from each other: each drawn by its squared distance."""
    chosen = [int(draw.integers(len(x)))]
    squares = np.full(len(x), np.inf)
    while len(chosen) < bins:
        squares = np.minimum(squares, np.sum((x - x[chosen[-1]]) ** 2, axis=1))
        total = squares.sum()
        share = squares / total if total > 0 else None
        chosen.append(int(draw.choice(len(x), p=share)))
    return x[chosen]


def _assign(x: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """Return the nearest middle of each row."""
    lengths = np.sum(middles**2, axis=1)
    return np.argmin(lengths - 2 * x @ middles.T, axis=1)


def _divergence(p: np.ndarray, q: np.ndarray) -> float:
    """Return KL(p ‖ (p + q) / 2) in nats."""
    there = p > 0
    return float(np.sum(p[there] * np.log(2 * p[there] / (p + q)[there])))
