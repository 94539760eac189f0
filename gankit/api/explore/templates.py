"""The kinds of images that there are, by k-means, and how often each is drawn."""

import os

import numpy as np
from PIL import Image
from scipy.cluster.vq import kmeans2, vq

from gankit.api.generator import Generator
from gankit.errors import GankitError
from gankit.pictures.captions import captioned
from gankit.scoring.examples import choose

STEPS = 50  # of k-means

STEPS = 50  # of k-means


def templates(
    run: str | os.PathLike[str] | Generator, bins: int = 24, count: int = 2000, seed: int = 0
) -> Image.Image:
    """Return the centres of clusters of the data, each with its share of the data and of samples.

    Where the second share is far below the first, the generator hardly draws such images.

    Args:
        run: The run's folder, or its opened generator.
        bins: The number of clusters.
        count: How many real examples are clustered, at most, and how many samples are drawn.
        seed: Of the noise, of the choice of real examples, and of k-means.

    Raises:
        GankitError: It is no run of images, its data is no longer there, or there are more
            clusters than examples.
    """
    generator = Generator.open(run)
    generator.needs_images("templates")
    real = generator.real(choose(count, len(generator.dataset), seed))
    if not 1 <= bins <= len(real):
        raise GankitError(f"bins is from 1 to {len(real):,}, the examples. Received: {bins:,}")
    fake = generator.draw(generator.noise(count, seed), generator.labels((), count))
    flat_real, flat_fake = (x.reshape(len(x), -1) for x in (real, fake))
    middles, shares = clustered(flat_real, flat_fake, bins, seed)
    words = [f"{real:.1%} : {fake:.1%}" for real, fake in shares]
    columns = max(1, round(bins**0.5 * 1.2))
    return captioned(middles.reshape(-1, *real.shape[1:]), words, columns)


def clustered(
    real: np.ndarray, fake: np.ndarray, bins: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the middles of clusters of real examples, the largest cluster first, and shares.

    Args:
        real: (count, size).
        fake: (count, size).
        bins: The number of clusters.
        seed: Of k-means.

    Returns:
        The middles (bins, size), and the shares of real and generated examples (bins, 2).
    """
    centroids, _ = kmeans2(real, bins, STEPS, minit="++", rng=seed)
    counts = [np.bincount(vq(x, centroids)[0], minlength=bins) for x in (real, fake)]
    shares = np.stack([count / count.sum() for count in counts], axis=1)
    order = np.argsort(-shares[:, 0], kind="stable")
    return centroids[order], shares[order]
