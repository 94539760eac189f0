"""Samples that a referee accepts: more like the data than what the generator makes."""

from collections.abc import Callable

import numpy as np

Draw = Callable[[], tuple[np.ndarray, np.ndarray]]


def rejected(draw: Draw, count: int, seed: int, cut: float = 0.99) -> np.ndarray:
    """Return samples of each copy, each sample x accepted with probability min(1, r(x) / R).

    Where the referee's logit is the logarithm of the ratio r of the densities of data and
    generator, and R no less than any r, what is accepted has the density of the data. Here R is a
    quantile of the ratios of a first draw: what exceeds it is always accepted.

    Args:
        draw: Returns new samples (copies, some, …) and the logits (copies, some) of a referee.
        count: How many samples of each copy to return.
        seed: Of the lots.
        cut: Which quantile.

    Returns:
        Samples (copies, count, …).

    Reference:
        Azadi et al. 2019, Discriminator Rejection Sampling, arXiv:1810.06758.
    """
    lots = np.random.default_rng(seed)
    bounds = np.quantile(draw()[1], cut, axis=1, keepdims=True)
    kept = [[] for _ in bounds]
    while min(sum(map(len, parts)) for parts in kept) < count:
        samples, logits = draw()
        accepted = lots.random(logits.shape) < np.exp(np.minimum(logits - bounds, 0.0))
        for parts, some, which in zip(kept, samples, accepted):
            parts.append(some[which])
    return np.stack([np.concatenate(parts)[:count] for parts in kept])
