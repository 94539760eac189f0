"""Distances between the distributions of real and generated features."""

from collections.abc import Iterator

import numpy as np

import gankit


@gankit.better("low")
@gankit.known_answer("identical", "0", -1e-6, 1e-6)
@gankit.known_answer("shifted", "δ² = 4", 4 - 1e-6, 4 + 1e-6)
def frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Fréchet distance between Gaussians with the features' means and covariances.

    ‖μ − ν‖² + tr(Σ + Τ − 2 (Σ Τ)^½). Only with the features of the 2015-12-05 Inception is it the
    FID.

    Args:
        real: Features of real examples, (count, size).
        fake: Features of generated examples, (count, size).

    Reference:
        Heusel et al. 2017, GANs Trained by a Two Time-Scale Update Rule, arXiv:1706.08500.
    """
    real, fake = np.asarray(real, "float64"), np.asarray(fake, "float64")
    shift = real.mean(axis=0) - fake.mean(axis=0)
    one, other = (_root(np.atleast_2d(np.cov(x, rowvar=False))) for x in (real, fake))
    # with Σ = S Sᵀ and Τ = T Tᵀ, tr (Σ Τ)^½ is the sum of the singular values of Sᵀ T
    overlap = np.linalg.svd(one.T @ other, compute_uv=False).sum()
    return float(shift @ shift + np.sum(one**2) + np.sum(other**2) - 2 * overlap)


@gankit.better(kernel_distance="low")
@gankit.known_answer("another draw", "0, unbiased", -0.02, 0.02, "kernel_distance")
@gankit.known_answer("noise", "far above 0", 1, float("inf"), "kernel_distance")
def kernel_distance(
    real: np.ndarray, fake: np.ndarray, subsets: gankit.Count = 100, size: gankit.Count = 1000
) -> dict[str, float]:
    """Kernel distance (KID): the unbiased squared maximum mean discrepancy with a cubic kernel.

    E k(x, x′) + E k(y, y′) − 2 E k(x, y) with k(x, y) = (x·y / d + 1)³, averaged over subsets drawn
    without replacement. Only with the features of the 2015-12-05 Inception is it the KID.

    Args:
        real: Features of real examples, (count, d).
        fake: Features of generated examples, (count, d).
        subsets: The number of subsets.
        size: The examples in a subset; at most all.

    Returns:
        kernel_distance: The mean over the subsets.
        kernel_distance_error: The standard error, from disjoint subsets, unlike the mean; left out
            if there are fewer than two of them, as with 1,000 examples.

    Reference:
        Bińkowski et al. 2018, Demystifying MMD GANs, arXiv:1801.01401.
    """
    real, fake = np.asarray(real, "float64"), np.asarray(fake, "float64")
    size = min(size, len(real), len(fake))
    draw = np.random.default_rng(0)
    found = [
        _discrepancy(*(x[draw.choice(len(x), size, replace=False)] for x in (real, fake)))
        for _ in range(subsets)
    ]
    scores = {"kernel_distance": float(np.mean(found))}
    count = min(len(real), len(fake)) // size
    if count > 1:
        found = [_discrepancy(*pair) for pair in _disjoint(real, fake, size, count)]
        scores["kernel_distance_error"] = float(np.std(found, ddof=1) / np.sqrt(count))
    return scores


def _disjoint(
    real: np.ndarray, fake: np.ndarray, size: int, count: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield disjoint subsets of both."""
    draw = np.random.default_rng(1)
    orders = [draw.permutation(len(x))[: size * count].reshape(count, size) for x in (real, fake)]
    for rows, other_rows in zip(*orders):
        yield real[rows], fake[other_rows]


def _root(covariance: np.ndarray) -> np.ndarray:
    """Return S with S Sᵀ = Σ, by Cholesky if possible, which is quicker."""
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:  # fewer examples than features, or a constant feature
        values, vectors = np.linalg.eigh(covariance)
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0)))


def _discrepancy(x: np.ndarray, y: np.ndarray) -> float:
    count = len(x)
    within = sum(np.sum(k) - np.trace(k) for k in (_cubic(x, x), _cubic(y, y)))
    return float(within / (count * (count - 1)) - 2 * np.mean(_cubic(x, y)))


def _cubic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    root = x @ y.T / x.shape[1] + 1
    return np.asarray(root * root * root)  # ten times as quick as a power
