"""Clusters of the real examples as bins: how many do the samples reach, and how often?"""

from statistics import NormalDist
from typing import Annotated

import numpy as np
from pydantic import Field
from scipy.cluster.vq import kmeans2, vq

import gankit

STEPS = 50


@gankit.better(clusters_covered="high", clusters_different="low", clusters_divergence="low")
@gankit.known_answer("another draw", "near 5 %", 0, 0.15, "clusters_different")
@gankit.known_answer("collapsed", "1 of 100", 0.01, 0.01, "clusters_covered")
def clusters(
    real, fake, bins: gankit.Count = 100, significance: Annotated[float, Field(gt=0, lt=1)] = 0.05
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
    centroids, _ = kmeans2(real, bins, STEPS, minit="++", rng=0)
    counts = [np.bincount(vq(x, centroids)[0], minlength=bins) for x in (real, fake)]
    p, q = (count / count.sum() for count in counts)
    both = sum(counts) / (len(real) + len(fake))
    error = np.sqrt(both * (1 - both) * (1 / len(real) + 1 / len(fake)))
    limit = NormalDist().inv_cdf(1 - significance / 2)
    return {
        "clusters_covered": float(np.mean(q > 0)),
        "clusters_different": float(np.mean(np.abs(p - q) > limit * error)),
        "clusters_divergence": float((_divergence(p, q) + _divergence(q, p)) / 2),
    }


def _divergence(p: np.ndarray, q: np.ndarray) -> float:
    """Return KL(p ‖ (p + q) / 2) in nats."""
    there = p > 0
    return float(np.sum(p[there] * np.log(2 * p[there] / (p + q)[there])))
