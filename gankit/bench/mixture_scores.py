"""What is counted on points of a plane around known modes, as PacGAN's table 1 counts it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Score:
    """What 2,500 samples come to.

    Args:
        modes: The modes that have a sample of high quality.
        high_quality: The share of samples within three standard deviations of a mode.
        reverse_kl: Of the shares of samples that are nearest to each mode, to equal shares.
        spread: The standard deviation inside modes, in that of the data.
    """

    modes: int
    high_quality: float
    reverse_kl: float
    spread: float


@dataclass(frozen=True)
class Protocol:
    """How samples of a mixture of equal Gaussians are scored.

    Args:
        name: Of the benchmark.
        middles: Of the modes, (modes, 2).
        deviation: The standard deviation σ of a mode along either axis.
        samples: How many are drawn.

    Reference:
        Lin et al. 2018, PacGAN: The power of two samples in generative adversarial networks,
        arXiv:1712.04086, section 4.1.
    """

    name: str
    middles: np.ndarray
    deviation: float
    samples: int = 2500

    def score(self, points: np.ndarray) -> Score:
        """Return the score of points (samples, 2).

        A sample belongs to the mode that it is nearest to, and is of high quality if it is at most
        3σ from it.
        """
        points = np.asarray(points, dtype="float64")
        away = np.hypot(*(points[:, None] - self.middles).transpose(2, 0, 1))
        nearest, good = away.argmin(axis=1), away.min(axis=1) <= 3 * self.deviation
        shares = np.bincount(nearest, minlength=len(self.middles)) / len(points)
        return Score(
            modes=len(set(nearest[good])),
            high_quality=float(good.mean()),
            reverse_kl=_kl_to_equal(shares),
            spread=_spread(points[good], nearest[good]) / (self.deviation * _CUT),
        )


# The standard deviation along an axis of a plane's normal points that are at most 3σ away, in σ:
# the squared distance has the density e^(−s/2) / 2, cut at s = 9.
_CUT = float(np.sqrt(1 - 4.5 * np.exp(-4.5) / (1 - np.exp(-4.5))))


def _kl_to_equal(shares: np.ndarray) -> float:
    """Return Σ p log(p · modes) over the modes that have a share p."""
    present = shares[shares > 0]
    return float(np.sum(present * np.log(present * len(shares))))


def _spread(points: np.ndarray, nearest: np.ndarray) -> float:
    """Return the standard deviation along an axis around the mean of each mode's points."""
    groups = [points[nearest == mode] for mode in set(nearest)]
    squares = sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups)
    freedom = sum(2 * (len(group) - 1) for group in groups)
    return float(np.sqrt(squares / freedom)) if freedom else float("nan")


def _ring() -> np.ndarray:
    angles = 2 * np.pi * np.arange(8) / 8
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _grid() -> np.ndarray:
    return np.array([(x, y) for x in range(-4, 5, 2) for y in range(-4, 5, 2)], dtype="float64")


PROTOCOLS = {
    "ring": Protocol("ring", _ring(), 0.01),
    "grid": Protocol("grid", _grid(), 0.05),
}
