"""Samples of a run: by class, of noise within a bound, or those that pass for real."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from gankit.api.generator import Generator
from gankit.pictures import sheets


@dataclass(frozen=True)
class Samples:
    """What a generator drew; a notebook shows it as a sheet.

    Args:
        values: Images in [−1, 1], (count, height, width, channels), or points, (count, 2).
        labels: Their classes, (count,); None where the generator takes none.
        drawn: How many were drawn to find these.
        accepted: How many of those the discriminator accepted; all, if it was not asked.
        behind: Real points to draw behind points, (some, 2).
    """

    values: np.ndarray
    labels: np.ndarray | None
    drawn: int
    accepted: int
    behind: np.ndarray | None = None

    @property
    def sheet(self) -> Image.Image:
        """The samples as one image: images as a grid, points as a scatter plot over the data."""
        return sheets.sheet(self.values, self.behind)

    def _repr_png_(self) -> bytes:
        return sheets.png(self.sheet)


def sample(
    run: str | os.PathLike[str] | Generator,
    count: int = 64,
    seed: int = 0,
    labels: Sequence[int | str] = (),
    truncation: float | None = None,
    reject: float | None = None,
) -> Samples:
    """Return samples of a run's generator.

    Args:
        run: The run's folder, or its opened generator.
        count: How many.
        seed: Of the noise.
        labels: The classes to draw in turn, by name or place, where the generator takes labels; all
            of them, if none is named.
        truncation: The bound of the noise: numbers beyond are drawn anew. A smaller one makes
            samples more alike, and those of some generators better, of others worse.
        reject: The share of what the generator draws that is left out, for the discriminator finds
            it the least real; 0.75 leaves the best quarter.

    Raises:
        GankitError: It is no run, there is no such class, or the discriminator cannot reject.

    Reference:
        Brock et al. 2018, Large Scale GAN Training for High Fidelity Natural Image Synthesis,
        arXiv:1809.11096, for truncation.
    """
    generator = Generator.open(run)
    places = generator.labels(labels, count)
    told = places if generator.takes_labels else None
    behind = None if generator.draws_images else generator.real(slice(2500))
    if reject is None:
        values = generator.draw(generator.noise(count, seed, truncation), places)
        return Samples(values, told, count, count, behind)
    from gankit.api.rejection import accepted

    found = accepted(generator, places, reject, seed, truncation)
    return Samples(found.samples, told, found.drawn, found.accepted, behind)
