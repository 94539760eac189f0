"""The clusters of the data, and how often each is drawn."""

import numpy as np
from PIL import Image
from scipy.cluster.vq import kmeans2, vq

from gankit.api.generator import Generator, RunOrGenerator
from gankit.errors import GankitError
from gankit.pictures.captions import captioned
from gankit.scoring.examples import choose

STEPS = 50  # of k-means
LEGEND = "fraction of the data : fraction of the samples"


def templates(run: RunOrGenerator, bins: int = 24, count: int = 2000, seed: int = 0) -> Image.Image:
    """Return the centroids of the data's clusters, each with its fraction of data and of samples.

    If the second fraction is far below the first, the generator hardly draws such images.

    Args:
        run: The run's folder, or its opened generator.
        bins: The number of clusters.
        count: The number of samples, and the maximum number of real examples.
        seed: The seed of the noise, of the choice of real examples, and of k-means.

    Raises:
        GankitError: Samples have no image each, its data is missing, or there are more clusters
            than examples.
    """
    generator = Generator.open(run)
    generator.needs_drawings("templates")
    real = generator.real(choose(count, len(generator.dataset), seed))
    if not 1 <= bins <= len(real):
        raise GankitError(
            f"bins must be from 1 to {len(real):,}, the number of examples. Received: {bins:,}"
        )
    fake = generator.draw(generator.noise(count, seed), generator.labels((), count))
    flat_real, flat_fake = (x.reshape(len(x), -1) for x in (real, fake))
    centroids, fractions = clustered(flat_real, flat_fake, bins, seed)
    words = [f"{of_real:.1%} : {of_fake:.1%}" for of_real, of_fake in fractions]
    columns = max(1, round(bins**0.5 * 1.2))
    images = generator.drawn(centroids.reshape(-1, *real.shape[1:]))
    return captioned(images, words, columns, legend=LEGEND)


def clustered(
    real: np.ndarray, fake: np.ndarray, bins: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the clusters of real examples (count, size) by k-means, the largest first.

    These are the centroids (bins, size), and the fractions of real and generated examples
    (bins, 2).
    """
    centroids, _ = kmeans2(real, bins, STEPS, minit="++", rng=seed)
    counts = [np.bincount(vq(x, centroids)[0], minlength=bins) for x in (real, fake)]
    fractions = np.stack([count / count.sum() for count in counts], axis=1)
    order = np.argsort(-fractions[:, 0], kind="stable")
    return centroids[order], fractions[order]
