"""Scores of samples of a mixture of Gaussians with known modes, as in PacGAN's table 1."""

from dataclasses import dataclass

import numpy as np

# The standard deviation along an axis of 2-D normal points at most 3σ away, in σ: their squared
# distance s has the density e^(−s/2) / 2, cut at s = 9.
_CUT = float(np.sqrt(1 - 4.5 * np.exp(-4.5) / (1 - np.exp(-4.5))))


@dataclass(frozen=True)
class MixtureScore:
    """The scores of some samples."""

    modes: int  # that have a high-quality sample
    high_quality: float  # the fraction of samples at most 3σ from a mode
    reverse_kl: float  # of the fractions of samples nearest to each mode, to equal ones
    spread: float  # the standard deviation inside modes, divided by that of the data


@dataclass(frozen=True)
class Mixture:
    """A mixture of equally frequent Gaussians, whose σ along each axis is `std`.

    Reference:
        Lin et al. 2018, PacGAN: The power of two samples in generative adversarial networks,
        arXiv:1712.04086, section 4.1.
    """

    centroids: np.ndarray  # (modes, 2)
    std: float
    samples: int = 2500  # to score

    def score(self, points: np.ndarray) -> MixtureScore:
        """Return the scores of points (samples, 2); each belongs to its nearest mode."""
        points = np.asarray(points, dtype="float64")
        away = np.hypot(*(points[:, None] - self.centroids).transpose(2, 0, 1))
        nearest, good = away.argmin(axis=1), away.min(axis=1) <= 3 * self.std
        fractions = np.bincount(nearest, minlength=len(self.centroids)) / len(points)
        return MixtureScore(
            modes=len(set(nearest[good])),
            high_quality=float(good.mean()),
            reverse_kl=kl_to_equal(fractions),
            spread=_std_inside(points[good], nearest[good]) / (self.std * _CUT),
        )


def kl_to_equal(fractions: np.ndarray) -> float:
    """Return Σ p log(p · modes) over the modes with p > 0."""
    present = fractions[fractions > 0]
    return float(np.sum(present * np.log(present * len(fractions))))


def _std_inside(points: np.ndarray, nearest: np.ndarray) -> float:
    """Return the standard deviation along an axis around the mean of each mode's points."""
    groups = [points[nearest == mode] for mode in set(nearest)]
    squares = sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups)
    freedom = sum(2 * (len(group) - 1) for group in groups)
    return float(np.sqrt(squares / freedom)) if freedom else float("nan")


_ANGLES = 2 * np.pi * np.arange(8) / 8
_GRID = [(x, y) for x in range(-4, 5, 2) for y in range(-4, 5, 2)]

MIXTURES = {
    "ring": Mixture(np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1), 0.01),
    "grid": Mixture(np.array(_GRID, "float64"), 0.05),
}
