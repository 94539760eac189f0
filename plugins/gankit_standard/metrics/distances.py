"""Distances of two distributions by their samples' features."""

import numpy as np

import gankit


@gankit.better("low")
@gankit.known_answer("identical", "0", -1e-6, 1e-6)
@gankit.known_answer("shifted", "δ² = 4", 4 - 1e-6, 4 + 1e-6)
def frechet_distance(real, fake) -> float:
    """Fréchet distance of two Gaussians with the features' means and covariances.

    ‖μ − ν‖² + tr(Σ + Τ − 2 (Σ Τ)^½). With the features of the 2015-12-05 Inception it is the FID;
    with any others it is not.

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
    real, fake, subsets: gankit.Count = 100, size: gankit.Count = 1000
) -> dict[str, float]:
    """Kernel distance (KID): the squared maximum mean discrepancy, unbiased, of a cubic kernel.

    E k(x, x′) + E k(y, y′) − 2 E k(x, y) with k(x, y) = (x·y / d + 1)³, averaged over subsets drawn
    without replacement. With the features of the 2015-12-05 Inception it is the KID.

    Args:
        real: Features of real examples, (count, d).
        fake: Features of generated examples, (count, d).
        subsets: How many subsets of both.
        size: Of a subset; at most the number of examples.

    Returns:
        kernel_distance: The mean over the subsets.
        kernel_distance_error: The standard error, from subsets that have no example in common, as
            those of the mean have; not told where there are less than two of these, as of 1,000
            examples.

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
    told = {"kernel_distance": float(np.mean(found))}
    apart = min(len(real), len(fake)) // size
    if apart > 1:
        found = [_discrepancy(*pair) for pair in _apart(real, fake, size, apart)]
        told["kernel_distance_error"] = float(np.std(found, ddof=1) / np.sqrt(apart))
    return told


def _apart(real: np.ndarray, fake: np.ndarray, size: int, count: int):
    """Yield subsets of both that have no example in common."""
    draw = np.random.default_rng(1)
    orders = [draw.permutation(len(x))[: size * count].reshape(count, size) for x in (real, fake)]
    for ours, theirs in zip(*orders):
        yield real[ours], fake[theirs]


def _root(covariance: np.ndarray) -> np.ndarray:
    """Return S with S Sᵀ = Σ, by the quickest way that there is."""
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:  # fewer examples than features, or a feature that is constant
        values, vectors = np.linalg.eigh(covariance)
        return vectors * np.sqrt(np.maximum(values, 0))


def _discrepancy(x: np.ndarray, y: np.ndarray) -> float:
    count = len(x)
    within = sum(np.sum(k) - np.trace(k) for k in (_cubic(x, x), _cubic(y, y)))
    return within / (count * (count - 1)) - 2 * np.mean(_cubic(x, y))


def _cubic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    root = x @ y.T / x.shape[1] + 1
    return root * root * root  # a power would take ten times as long
