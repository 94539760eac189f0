"""Metrics from nearest neighbours: are samples good, varied, new?"""

from collections.abc import Iterator

import numpy as np
from scipy.stats import mannwhitneyu

import gankit

EDGE = 2048  # of a square block of distances
HELD = 2**24  # distances at a time: 128 MB


@gankit.better(precision="high", recall="high", coverage="high")
@gankit.known_answer("another draw", "1 − 2⁻⁵ = .969", 0.95, 0.985, "coverage")
@gankit.known_answer("collapsed", "near 0", 0, 0.02, "recall")
@gankit.known_answer("noise", "near 0", 0, 0.05, "precision")
def prdc(real: np.ndarray, fake: np.ndarray, neighbours: gankit.Count = 5) -> dict[str, float]:
    """Precision and recall, density and coverage, of manifolds made of balls around examples.

    The ball of an example reaches to its k-th nearest neighbour of its own kind. Precision is the
    fraction of generated examples in the ball of a real one, recall that of real examples in the
    ball of a generated one. Density is the mean number of real balls that contain a generated
    example, over k; coverage is the fraction of real balls that contain one.

    Args:
        real: Features of real examples, (count, size).
        fake: Features of generated examples, (count, size).
        neighbours: k of the papers.

    Reference:
        Kynkäänniemi et al. 2019, Improved Precision and Recall Metric, arXiv:1904.06991; Naeem et
        al. 2020, Reliable Fidelity and Diversity Metrics for Generative Models, arXiv:2002.09797.
    """
    real, fake = np.asarray(real, "float64"), np.asarray(fake, "float64")
    k = min(neighbours, len(real) - 1, len(fake) - 1)
    reach, other_reach = _radii(real, k), _radii(fake, k)
    balls = np.zeros(len(fake))
    recalled, covered = np.zeros(len(real), bool), np.zeros(len(real), bool)
    for rows, squares in _squares(real, fake):
        inside = squares < reach[rows, None]
        balls += inside.sum(axis=0)
        covered[rows] = inside.any(axis=1)
        recalled[rows] = (squares < other_reach).any(axis=1)
    return {
        "precision": float(np.mean(balls > 0)),
        "recall": float(recalled.mean()),
        "density": float(balls.mean() / k),
        "coverage": float(covered.mean()),
    }


@gankit.known_answer("identical", "0", 0, 1e-6)
def neighbour_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Mean distance of a generated example to the nearest real one.

    Args:
        real: Features of real examples, (count, size).
        fake: Features of generated examples, (count, size).

    Reference:
        Xu et al. 2018, An empirical study on evaluation metrics of GANs, arXiv:1806.07755.
    """
    return float(np.mean(nearest(fake, real)[1]))


@gankit.better(memorised="low")
@gankit.known_answer("another draw", "near .01", 0, 0.03, "memorised")
@gankit.known_answer("memorised", "1", 0.999, 1, "memorised")
def memorisation(real: np.ndarray, fake: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """How much nearer samples are to training examples than held-out examples are.

    Args:
        real: Features of the training examples, (count, size).
        fake: Features of generated examples, (count, size).
        held_out: Features of real examples that are not used for training, (count, size).

    Returns:
        memorised: The fraction of samples nearer to a training example than 99% of held-out
            examples are; 0.01 without memorisation.
        memorisation_z: The Mann–Whitney statistic of both sets of distances, in standard
            deviations; far below 0 if samples are copies.

    Reference:
        Meehan et al. 2020, A Non-Parametric Test to Detect Data-Copying in Generative Models,
        arXiv:2004.05675.
    """
    ours, theirs = nearest(fake, real)[1], nearest(held_out, real)[1]
    memorised, z = compared(ours, theirs)
    return {"memorised": memorised, "memorisation_z": z}


def nearest(examples: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the index of the other nearest to each example (count, size), and its distance."""
    examples, others = np.asarray(examples, "float64"), np.asarray(others, "float64")
    indices = np.concatenate([s.argmin(axis=1) for _, s in _squares(examples, others)])
    return indices, np.linalg.norm(examples - others[indices], axis=1)


def compared(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """Return the fraction of our distances (count,) below 99% of theirs, and Mann–Whitney's z."""
    statistic = mannwhitneyu(ours, theirs, method="asymptotic").statistic
    mean = len(ours) * len(theirs) / 2
    std = np.sqrt(mean * (len(ours) + len(theirs) + 1) / 6)
    return float(np.mean(ours < np.quantile(theirs, 0.01))), float((statistic - mean) / std)


def _radii(x: np.ndarray, k: int) -> np.ndarray:
    """Return the squared distance of each row to its k-th nearest other row.

    The matrix of distances is symmetric: only half of it is computed, in square blocks.
    """
    lengths = np.einsum("ij,ij->i", x, x)
    blocks = [slice(start, start + EDGE) for start in range(0, len(x), EDGE)]
    least = np.full((len(x), k), np.inf)
    for number, rows in enumerate(blocks):
        for columns in blocks[number:]:
            squares = lengths[rows, None] + lengths[columns] - 2 * x[rows] @ x[columns].T
            if rows == columns:
                np.fill_diagonal(squares, np.inf)
            else:
                least[columns] = _least(least[columns], squares.T, k)
            least[rows] = _least(least[rows], squares, k)
    return np.asarray(np.maximum(np.max(least, axis=1), 0))


def _least(known: np.ndarray, squares: np.ndarray, k: int) -> np.ndarray:
    """Return the k least of the known and the new squares of each row, in any order."""
    if squares.shape[1] > k:
        squares = np.partition(squares, k - 1, axis=1)[:, :k]
    return np.partition(np.concatenate([known, squares], axis=1), k - 1, axis=1)[:, :k]


def _squares(x: np.ndarray, y: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield blocks of rows of x, and their squared distances to all of y."""
    lengths = np.einsum("ij,ij->i", y, y)
    count = max(1, HELD // len(y))
    for start in range(0, len(x), count):
        rows = slice(start, start + count)
        block = x[rows]
        squares = block @ y.T
        squares *= -2
        squares += lengths
        squares += np.einsum("ij,ij->i", block, block)[:, None]
        yield rows, np.maximum(squares, 0, out=squares)
