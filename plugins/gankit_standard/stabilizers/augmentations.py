"""The changes of adaptive augmentation, each applied to an image with probability p.

Their distributions are those of Karras et al. 2020, arXiv:2006.06676, appendix B.
"""

import math
from collections.abc import Collection
from functools import reduce
from typing import Any

from keras import ops
from keras.random import SeedGenerator

import gankit
from gankit_standard.stabilizers import affine, augment


class Draws:
    """Random numbers (batch,) for images (batch, …); each change has probability p."""

    def __init__(self, images: Any, p: Any, seed: SeedGenerator):
        self.images = images
        self.p = p
        self.seed = seed

    def uniform(self, low: float, high: float) -> Any:
        """Return numbers from [low, high)."""
        return augment.uniform(self.images, low, high, self.seed)[:, 0, 0, 0]

    def normal(self, std: float) -> Any:
        """Return numbers with mean 0."""
        shape = (ops.shape(self.images)[0],)
        return gankit.random.normal(shape, 0.0, std, seed=self.seed)

    def chosen(self) -> Any:
        """Return 1 with probability p, else 0."""
        return self._with_probability(self.p)

    def half_chosen(self) -> Any:
        """Return 1 with the probability for which one of two is 1 with probability p, else 0."""
        return self._with_probability(1 - ops.sqrt(1 - self.p))

    def _with_probability(self, p: Any) -> Any:
        return ops.cast(self.uniform(0, 1) < p, "float32")


def augmented(images: Any, changes: Collection[str], draws: Draws) -> Any:
    """Return the changed images; `pixels` and `geometry` together resample them only once."""
    matrices = pixels(draws) if "pixels" in changes else []
    matrices += geometry(draws) if "geometry" in changes else []
    if matrices:
        images = affine.transformed(images, reduce(ops.matmul, matrices))
    if "colour" in changes:
        images = coloured(images, draws)
    if "cutout" in changes:
        images = images * (1 - _each(draws.chosen()) * augment.holes(images, 0.5, draws.seed))
    return images


def pixels(draws: Draws) -> list[Any]:
    """Return the matrices of a flip, quarter turns, and a shift by whole pixels."""
    flip = draws.chosen() * ops.floor(draws.uniform(0, 2))
    quarters = draws.chosen() * ops.floor(draws.uniform(0, 4))
    shifted = draws.chosen()
    down, right = (
        shifted * ops.round(draws.uniform(-1, 1) * size / 8) for size in draws.images.shape[1:3]
    )
    return [
        affine.scaling(1, 1 - 2 * flip),
        ops.round(affine.rotation(quarters * math.pi / 2)),  # cos π/2 is not quite 0
        affine.translation(down, right),
    ]


def geometry(draws: Draws) -> list[Any]:
    """Return the matrices of a scaling, a rotation, a stretch, another rotation, and a shift."""
    size = _power_of_two(draws.chosen() * draws.normal(0.2))
    stretch = _power_of_two(draws.chosen() * draws.normal(0.2))
    before, after = (draws.half_chosen() * draws.uniform(-math.pi, math.pi) for _ in range(2))
    shifted = draws.chosen()
    down, right = (shifted * draws.normal(size / 8) for size in draws.images.shape[1:3])
    return [
        affine.scaling(size, size),
        affine.rotation(before),
        affine.scaling(1 / stretch, stretch),
        affine.rotation(after),
        affine.translation(down, right),
    ]


def coloured(images: Any, draws: Draws) -> Any:
    """Return the images with another brightness, saturation and contrast."""
    brightness = draws.chosen() * draws.normal(0.2)
    saturation = _power_of_two(draws.chosen() * draws.normal(1.0)) - 1
    contrast = _power_of_two(draws.chosen() * draws.normal(0.5)) - 1
    return augment.recoloured(images, *map(_each, (brightness, saturation, contrast)))


def _power_of_two(exponent: Any) -> Any:
    return ops.exp(exponent * math.log(2))  # exactly 1 at 0


def _each(numbers: Any) -> Any:
    """Return numbers (batch,) as (batch, 1, 1, 1)."""
    return numbers[:, None, None, None]
