"""The metric `my-part`."""

import gankit
import numpy as np

SHARES = (np.arange(200) + 0.5) / 200


def my_part(
    real: np.ndarray,
    fake: np.ndarray,
    directions: gankit.Count = 64,
    seed: int = 0,
) -> float:
    """The sliced Wasserstein distance of features: 0 where both are distributed alike.

    The mean over random directions of how far the samples are to be moved along each of them.

    Args:
        real: Features of real examples, (count, size).
        fake: Features of generated examples, (count, size).
        directions: How many.
        seed: Of the directions.

    Reference:
        Rabin et al. 2012, Wasserstein Barycenter and Its Application to Texture Mixing.
    """
    unit = np.random.default_rng(seed).standard_normal((real.shape[1], directions))
    unit /= np.linalg.norm(unit, axis=0)
    one, other = (np.quantile(x @ unit, SHARES, axis=0) for x in (real, fake))
    return float(np.mean(np.abs(one - other)))
