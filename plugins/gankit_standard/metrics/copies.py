"""Copies of training images, by the L1 distance of pixels."""

import numpy as np

import gankit
from gankit_standard.metrics.manifolds import compared

AREA = 4  # the edge of the squares whose sums bound the distance
BLOCK = 32  # distances computed at a time


@gankit.better(memorised_l1="low")
@gankit.known_answer("another draw", "near .01", 0, 0.1, "memorised_l1")
@gankit.known_answer("memorised", "1", 0.999, 1, "memorised_l1")
def memorisation_l1(
    real_images: np.ndarray,
    fake_images: np.ndarray,
    held_out_images: np.ndarray,
    examples: gankit.Count = 1000,
) -> dict[str, float]:
    """How much nearer samples are to training images than held-out images are, by L1 of pixels.

    Args:
        real_images: The training images in [−1, 1], (count, height, width, channels).
        fake_images: Generated images, likewise.
        held_out_images: Real images that are not used for training, likewise.
        examples: The largest number of generated, and of held-out, images to compare.

    Returns:
        memorised_l1: The fraction of samples nearer to a training image than 99% of held-out
            images are; 0.01 without memorisation.
        memorisation_l1_z: The Mann–Whitney statistic of both sets of distances, in standard
            deviations; far below 0 if samples are copies.

    Reference:
        Meehan et al. 2020, A Non-Parametric Test to Detect Data-Copying in Generative Models,
        arXiv:2004.05675, with the L1 distance that is common in tutorials.
    """
    ours, theirs = (
        nearest_by_l1(images[:examples], real_images)[1]
        for images in (fake_images, held_out_images)
    )
    memorised, z = compared(ours, theirs)
    return {"memorised_l1": memorised, "memorisation_l1_z": z}


def nearest_by_l1(images: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the index of the other image nearest to each image, and their L1 distance.

    Images are (count, height, width, channels), distances means over pixels. The L1 distance of two
    images is at least that of their sums over squares, which is quick to compute: an image whose
    sums are farther than the nearest image so far is skipped.
    """
    images, others = np.asarray(images, "float32"), np.asarray(others, "float32")
    sums, other_sums = _sums(images), _sums(others)
    rows = others.reshape(len(others), -1)
    found = [
        _nearest(image.reshape(-1), rows, np.abs(other_sums - own).sum(axis=1, dtype="float64"))
        for image, own in zip(images, sums)
    ]
    indices, distances = zip(*found)
    return np.array(indices), np.array(distances) / rows.shape[1]


def _nearest(image: np.ndarray, others: np.ndarray, least: np.ndarray) -> tuple[int, float]:
    """Return the nearest of others and its distance; `least` are lower bounds of the distances."""
    order = np.argsort(least)
    best, index = np.inf, -1
    for start in range(0, len(order), BLOCK):
        tried = order[start : start + BLOCK]
        if least[tried[0]] > best * (1 + 1e-5):  # beyond the rounding of float32
            break
        distances = np.abs(others[tried] - image).sum(axis=1, dtype="float64")
        place = int(distances.argmin())
        if distances[place] < best:
            best, index = float(distances[place]), int(tried[place])
    return index, best


def _sums(images: np.ndarray) -> np.ndarray:
    """Return the sums over squares of pixels, (count, squares)."""
    places = [np.arange(0, size, AREA) for size in images.shape[1:3]]
    sums = np.add.reduceat(np.add.reduceat(images, places[0], axis=1), places[1], axis=2)
    return sums.reshape(len(images), -1)
