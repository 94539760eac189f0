"""Samples that are copies of training images, pixel by pixel."""

import numpy as np

import gankit
from gankit_standard.metrics.manifolds import compared

AREA = 4  # the edge of the squares whose sums tell which images cannot be near
TRIED = 32  # images whose distance is computed at a time


@gankit.better(memorised_l1="low")
@gankit.known_answer("another draw", "near .01", 0, 0.1, "memorised_l1")
@gankit.known_answer("memorised", "1", 0.999, 1, "memorised_l1")
def memorisation_l1(
    real_images, fake_images, held_out_images, examples: gankit.Count = 1000
) -> dict[str, float]:
    """How much nearer to training images the samples are than held-out ones, by L1 of pixels.

    Args:
        real_images: The images that were trained on, in [−1, 1], (count, height, width, channels).
        fake_images: Generated images, likewise.
        held_out_images: Real images that were not trained on, likewise.
        examples: How many generated and how many held-out images are looked at, at most.

    Returns:
        memorised_l1: The share of samples that are nearer to a training image than 99 in 100
            held-out ones are; .01 if nothing is memorised.
        memorisation_l1_z: The Mann–Whitney statistic of both sets of distances in standard
            deviations; far below 0 where samples are copies.

    Reference:
        Meehan et al. 2020, A Non-Parametric Test to Detect Data-Copying in Generative Models,
        arXiv:2004.05675, with the distance that tutorials look for copies by.
    """
    ours, theirs = (
        nearest_by_l1(images[:examples], real_images)[1]
        for images in (fake_images, held_out_images)
    )
    memorised, z = compared(ours, theirs)
    return {"memorised_l1": memorised, "memorisation_l1_z": z}


def nearest_by_l1(images, others) -> tuple[np.ndarray, np.ndarray]:
    """Return for each image the index of the nearest of the others, and their L1 distance.

    The L1 distance of two images is at least that of their sums over squares, which is soon
    computed: an image whose sums are farther than the nearest one found so far is not looked at.

    Args:
        images: (count, height, width, channels).
        others: (number, height, width, channels).

    Returns:
        Both (count,); distances are means over pixels.
    """
    images, others = (np.asarray(x, "float32") for x in (images, others))
    sums, other_sums = _sums(images), _sums(others)
    rows = others.reshape(len(others), -1)
    found = [
        _nearest(image.reshape(-1), rows, np.abs(other_sums - own).sum(axis=1, dtype="float64"))
        for image, own in zip(images, sums)
    ]
    indices, distances = zip(*found)
    return np.array(indices), np.array(distances) / rows.shape[1]


def _nearest(image: np.ndarray, others: np.ndarray, least: np.ndarray) -> tuple[int, float]:
    """Return the nearest of others, none of which is nearer than `least` says."""
    order = np.argsort(least)
    best, index = np.inf, -1
    for start in range(0, len(order), TRIED):
        tried = order[start : start + TRIED]
        if least[tried[0]] > best * (1 + 1e-5):  # by more than float32 may be wrong
            break
        distances = np.abs(others[tried] - image).sum(axis=1, dtype="float64")
        place = int(distances.argmin())
        if distances[place] < best:
            best, index = float(distances[place]), int(tried[place])
    return index, best


def _sums(images: np.ndarray) -> np.ndarray:
    """Return sums over squares of pixels, (count, squares)."""
    places = [np.arange(0, size, AREA) for size in images.shape[1:3]]
    sums = np.add.reduceat(np.add.reduceat(images, places[0], axis=1), places[1], axis=2)
    return sums.reshape(len(images), -1)
