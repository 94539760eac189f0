"""How varied the samples are, without real examples."""

import numpy as np
from scipy.special import rel_entr

import gankit

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of the scales, from the finest on
WINDOW, STD = 11, 1.5
STABLE = (0.01**2, 0.03**2)  # of a dynamic range of 1


@gankit.better(inception_score="high")
@gankit.known_answer("identical", "10, of 10 sure classes", 10 - 1e-6, 10 + 1e-6, "inception_score")
@gankit.known_answer("collapsed", "1", 1 - 1e-6, 1 + 1e-6, "inception_score")
def inception_score(probabilities: np.ndarray, splits: gankit.Count = 10) -> dict[str, float]:
    """Inception score: high if the classifier is sure of each sample, and the classes vary.

    exp E KL(p(y | x) ‖ p(y)), between 1 and the number of classes. Only with the probabilities of
    Inception's 1,008 classes is it the Inception score.

    Args:
        probabilities: Class probabilities of generated examples, (count, classes).
        splits: The parts of the samples over which the mean and standard deviation are taken.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 4.
    """
    rows = np.asarray(probabilities, "float64")
    parts = np.array_split(rows, min(splits, len(rows)))
    divergences = [np.sum(rel_entr(part, part.mean(axis=0)), axis=1) for part in parts]
    scores = [np.exp(np.mean(divergence)) for divergence in divergences]
    mean, std = float(np.mean(scores)), float(np.std(scores))
    return {"inception_score": mean, "inception_score_std": std}


@gankit.known_answer("identical", "near 0, of noise", -0.1, 0.1)
@gankit.known_answer("collapsed", "1", 1 - 1e-6, 1 + 1e-6)
def ms_ssim(fake_images: np.ndarray, pairs: gankit.Count = 1000) -> float:
    """Mean multi-scale structural similarity of random pairs of samples; 1 if all are equal.

    Compare it with that of real images: lower is more varied. Of the five scales, it uses those at
    which an image is at least as large as the window of 11 pixels. As in the authors' code, all
    windows lie inside the image.

    Args:
        fake_images: Generated images in [−1, 1], (count, height, width, channels).
        pairs: The number of random pairs.

    Reference:
        Wang et al. 2003, Multi-scale Structural Similarity for Image Quality Assessment; Odena et
        al. 2017, Conditional Image Synthesis with Auxiliary Classifier GANs, arXiv:1610.09585.
    """
    images = np.asarray(fake_images, "float64") / 2 + 0.5
    draw = np.random.default_rng(0)
    first = draw.integers(len(images), size=pairs)
    second = (first + draw.integers(1, max(2, len(images)), size=pairs)) % len(images)
    blocks = np.array_split(np.arange(pairs), max(1, pairs // 64))
    found = [_similarity(images[first[block]], images[second[block]]) for block in blocks]
    return float(np.mean(np.concatenate(found)))


def _similarity(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the multi-scale structural similarity of each pair, (count,)."""
    scales = [s for s in range(len(WEIGHTS)) if min(x.shape[1:3]) >> s >= WINDOW] or [0]
    weights = np.array(WEIGHTS[: len(scales)])
    if len(weights) < len(WEIGHTS):  # all five together are as published, with a sum of 1.0001
        weights /= weights.sum()
    found = np.ones(len(x))
    for scale in scales:
        whole, contrast = _structure(x, y)
        term = whole if scale == scales[-1] else contrast
        found *= np.maximum(term, 0).mean(axis=-1) ** weights[scale]
        x, y = _halved(x), _halved(y)
    return found


def _structure(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean similarity, and that without luminance, (count, channels)."""
    mean_x, mean_y = _blurred(x), _blurred(y)
    variances = _blurred(x * x) - mean_x**2 + _blurred(y * y) - mean_y**2
    covariance = _blurred(x * y) - mean_x * mean_y
    contrast = (2 * covariance + STABLE[1]) / (variances + STABLE[1])
    luminance = (2 * mean_x * mean_y + STABLE[0]) / (mean_x**2 + mean_y**2 + STABLE[0])
    return (luminance * contrast).mean(axis=(1, 2)), contrast.mean(axis=(1, 2))


def _blurred(x: np.ndarray) -> np.ndarray:
    """Return the Gaussian mean of each window inside the image."""
    for axis in (1, 2):
        size = min(WINDOW, x.shape[axis])
        places = np.arange(size) - (size - 1) / 2
        gaussian = np.exp(-(places**2) / (2 * STD**2))
        windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=axis)
        x = windows @ (gaussian / gaussian.sum())
    return x


def _halved(x: np.ndarray) -> np.ndarray:
    """Return images of half the size, each pixel the mean of four."""
    count, height, width, channels = x.shape
    squares = x[:, : height // 2 * 2, : width // 2 * 2].reshape(
        count, height // 2, 2, width // 2, 2, channels
    )
    return np.asarray(squares.mean(axis=(2, 4)))
