"""The changes of adaptive augmentation: to each image each of them is made with probability p.

As Karras et al. 2020, arXiv:2006.06676, appendix B, draw them.
"""

import math
from collections.abc import Collection
from functools import reduce

import keras
from keras import ops

from gankit_standard.stabilizers import affine, augment


class Draws:
    """Numbers for each image of a batch, (batch,) each.

    Args:
        images: The batch, (batch, height, width, channels).
        p: The probability of each change.
        seed: A `keras.random.SeedGenerator`.
    """

    def __init__(self, images, p, seed):
        self.images = images
        self.p = p
        self.seed = seed

    def uniform(self, low, high):
        """Return numbers from low up to high."""
        return augment.uniform(self.images, low, high, self.seed)[:, 0, 0, 0]

    def normal(self, deviation):
        """Return numbers around 0."""
        shape = (ops.shape(self.images)[0],)
        return keras.random.normal(shape, 0.0, deviation, dtype="float32", seed=self.seed)

    def chosen(self):
        """Return 1 with probability p, and else 0."""
        return self._with_probability(self.p)

    def half_chosen(self):
        """Return 1 with such a probability that of two one is 1 with probability p."""
        return self._with_probability(1 - ops.sqrt(1 - self.p))

    def _with_probability(self, p):
        return ops.cast(self.uniform(0, 1) < p, "float32")


def augmented(images, changes: Collection[str], draws: Draws):
    """Return the images, changed; `pixels` and `geometry` draw them anew only once."""
    matrices = pixels(draws) if "pixels" in changes else []
    matrices += geometry(draws) if "geometry" in changes else []
    if matrices:
        images = affine.resampled(images, reduce(ops.matmul, matrices))
    if "colour" in changes:
        images = coloured(images, draws)
    if "cutout" in changes:
        images = images * (1 - _each(draws.chosen()) * augment.holes(images, 0.5, draws.seed))
    return images


def pixels(draws: Draws) -> list:
    """Return the matrices of a mirror image, quarter turns, and a move by whole pixels."""
    mirror = draws.chosen() * ops.floor(draws.uniform(0, 2))
    quarters = draws.chosen() * ops.floor(draws.uniform(0, 4))
    moved = draws.chosen()
    down, right = (
        moved * ops.round(draws.uniform(-1, 1) * size / 8) for size in draws.images.shape[1:3]
    )
    return [
        affine.scaling(1, 1 - 2 * mirror),
        ops.round(affine.turning(quarters * math.pi / 2)),  # cos π/2 is not quite 0
        affine.moving(down, right),
    ]


def geometry(draws: Draws) -> list:
    """Return the matrices of a size, a turn, a stretch, another turn, and a move."""
    size = _power(draws.chosen() * draws.normal(0.2))
    stretch = _power(draws.chosen() * draws.normal(0.2))
    before, after = (
        draws.half_chosen() * draws.uniform(-math.pi, math.pi) for _ in ("before", "after")
    )
    moved = draws.chosen()
    down, right = (moved * draws.normal(size / 8) for size in draws.images.shape[1:3])
    return [
        affine.scaling(size, size),
        affine.turning(before),
        affine.scaling(1 / stretch, stretch),
        affine.turning(after),
        affine.moving(down, right),
    ]


def coloured(images, draws: Draws):
    """Return the images with another brightness, saturation and contrast."""
    brightness = draws.chosen() * draws.normal(0.2)
    saturation = _power(draws.chosen() * draws.normal(1.0)) - 1
    contrast = _power(draws.chosen() * draws.normal(0.5)) - 1
    return augment.recoloured(images, *map(_each, (brightness, saturation, contrast)))


def _power(exponent):
    """Return 2 to the exponent; 1 at 0."""
    return ops.exp(exponent * math.log(2))


def _each(numbers):
    """Return numbers (batch,) as (batch, 1, 1, 1)."""
    return numbers[:, None, None, None]
