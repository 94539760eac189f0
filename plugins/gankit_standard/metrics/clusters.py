"""How the samples fall into clusters of the real examples."""

from statistics import NormalDist
from typing import Annotated

import numpy as np
from pydantic import Field
from scipy.cluster.vq import kmeans2, vq
from scipy.spatial.distance import jensenshannon

import gankit

STEPS = 50


@gankit.better(clusters_covered="high", clusters_different="low", clusters_divergence="low")
@gankit.known_answer("another draw", "near 5%", 0, 0.15, "clusters_different")
@gankit.known_answer("collapsed", "1 of 100", 0.01, 0.01, "clusters_covered")
def clusters(
    real: np.ndarray,
    fake: np.ndarray,
    bins: gankit.Count = 100,
    significance: Annotated[float, Field(gt=0, lt=1)] = 0.05,
) -> dict[str, float]:
    """How many k-means clusters of the real examples the samples cover, and how evenly.

    Args:
        real: Features of real examples, (count, size).
        fake: Features of generated examples, (count, size).
        bins: The number of clusters; at most the number of real examples.
        significance: The level of the test whether a cluster's fraction of the samples differs from
            that of the real examples.

    Returns:
        clusters_covered: The fraction of clusters with at least one sample.
        clusters_different: The fraction of significantly different clusters (NDB / K).
        clusters_divergence: The Jensen–Shannon divergence of the fractions, in nats.

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
        "clusters_divergence": float(jensenshannon(p, q) ** 2),
    }
