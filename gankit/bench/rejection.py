"""Rejection sampling by a density-ratio discriminator."""

from collections.abc import Callable

import numpy as np

Draw = Callable[[], tuple[np.ndarray, np.ndarray]]


def rejection_sample(draw: Draw, count: int, seed: int, quantile: float = 0.99) -> np.ndarray:
    """Return samples of each copy; x is accepted with probability min(1, r(x) / R).

    If a logit is the log of the ratio r of the densities of data and generator, and R is at least
    as large as any r, accepted samples have the density of the data. Here R is a quantile of the
    ratios in a first draw, and samples above it are always accepted.

    Args:
        draw: Returns new samples (copies, some, …) and their logits (copies, some).
        count: The number of samples of each copy to return, (copies, count, …).
        seed: The seed of the choice.
        quantile: Which quantile R is.

    Reference:
        Azadi et al. 2019, Discriminator Rejection Sampling, arXiv:1810.06758.
    """
    random = np.random.default_rng(seed)
    bounds = np.quantile(draw()[1], quantile, axis=1, keepdims=True)
    kept: list[list[np.ndarray]] = [[] for _ in bounds]
    while min(sum(map(len, parts)) for parts in kept) < count:
        samples, logits = draw()
        accepted = random.random(logits.shape) < np.exp(np.minimum(logits - bounds, 0.0))
        for parts, some, which in zip(kept, samples, accepted):
            parts.append(some[which])
    return np.stack([np.concatenate(parts)[:count] for parts in kept])
