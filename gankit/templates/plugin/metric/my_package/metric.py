"""The metric `my-part`."""

import gankit
import numpy as np

LEVELS = (np.arange(200) + 0.5) / 200


def my_part(
    real: np.ndarray,
    fake: np.ndarray,
    directions: gankit.Count = 64,
    seed: int = 0,
) -> float:
    """The sliced Wasserstein distance of features: 0 for equal distributions.

    It is the mean over random directions of the Wasserstein distance along each.

    Args:
        real: Features of real examples, (count, size).
        fake: Features of generated examples, (count, size).
        directions: The number of directions.
        seed: The seed of the directions.

    Reference:
        Rabin et al. 2012, Wasserstein Barycenter and Its Application to Texture Mixing.
    """
    unit = np.random.default_rng(seed).standard_normal((real.shape[1], directions))
    unit /= np.linalg.norm(unit, axis=0)
    one, other = (np.quantile(x @ unit, LEVELS, axis=0) for x in (real, fake))
    return float(np.mean(np.abs(one - other)))
