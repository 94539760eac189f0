"""Samples of a run: by class, with truncated noise, or those that look most real."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from gankit.api.generator import Generator, RunOrGenerator
from gankit.data.row_selection import Where, places
from gankit.errors import GankitError
from gankit.pictures import sheets
from gankit.pictures.drawing import as_images
from gankit.pictures.sheets import Show


@dataclass(frozen=True)
class Samples:
    """Samples of a generator; a notebook shows them as a sheet.

    Args:
        values: Images in [−1, 1], (count, height, width, channels), or whatever the data is.
        labels: Their classes, (count,); None for an unconditional generator.
        drawn: The number of samples drawn to find these.
        accepted: The number of those that the discriminator accepted; all without rejection.
        behind: Real examples to draw rows over, and curves in the range of; None for images.
        show: Draws the values as images, the `show` of the dataset.
    """

    values: np.ndarray
    labels: np.ndarray | None
    drawn: int
    accepted: int
    behind: np.ndarray | None = None
    show: Show | None = None

    @property
    def sheet(self) -> Image.Image:
        """The samples as one image: a grid of images or curves, or a scatter plot over the data."""
        return sheets.sheet(self.values, self.behind, self.show)

    @property
    def images(self) -> np.ndarray | None:
        """An image of uint8 for each sample; None for rows, which only a sheet shows."""
        if self.show is not None:
            return sheets.shown(self.values, self.show)
        return None if self.values.ndim == 2 else as_images(self.values, self.behind)

    def _repr_png_(self) -> bytes:
        return sheets.png(self.sheet)


def sample(
    run: RunOrGenerator,
    count: int = 64,
    seed: int = 0,
    labels: Sequence[int | str] = (),
    truncation: float | None = None,
    reject: float | None = None,
    where: Where | None = None,
) -> Samples:
    """Draw samples from a run's generator.

    Args:
        run: The run's folder, or its opened generator.
        count: The number of samples.
        seed: The seed of the noise.
        labels: The classes to draw in turn, by name, or by index if no name is a number; all if
            empty.
        truncation: The bound of the noise: numbers outside ±truncation are drawn again. A smaller
            bound makes samples less varied, and better or worse, depending on the generator.
        reject: The fraction of samples to reject, those that look least real to the discriminator;
            0.75 keeps the best quarter.
        where: Values that the examples have from which the generator's inputs after the noise
            are taken, by array or by array and column, such as `{"attributes.smiling": 1}`.

    Raises:
        GankitError: It is not a run, there is no such class, or the discriminator cannot reject.

    Reference:
        Brock et al. 2018, Large Scale GAN Training for High Fidelity Natural Image Synthesis,
        arXiv:1809.11096, for truncation.
    """
    generator = Generator.open(run)
    classes = generator.labels(labels, count)
    given = _given(generator, classes, bool(labels), seed, where or {})
    shown = given.get("labels")
    drawing = generator.behind, generator.show
    if reject is None:
        values = generator.draw(generator.noise(count, seed, truncation), given=given)
        return Samples(values, shown, count, count, *drawing)
    _check_rejection(generator, where or {})
    from gankit.api.rejection import RejectionSampler

    found = RejectionSampler(generator, reject, seed, truncation).draw(classes)
    return Samples(found.samples, shown, found.drawn, found.accepted, *drawing)


def _given(
    generator: Generator, classes: np.ndarray, by_class: bool, seed: int, where: Where
) -> dict[str, np.ndarray]:
    """Return the generator's inputs after the noise by name, (count, …) each."""
    if where and not generator.conditions:
        raise GankitError(
            f"the generator of {generator.run.path} takes noise only", "leave out --where"
        )
    if not where and generator.conditions in ((), ("labels",)):
        return generator.given(classes, classes)
    from gankit.game.sampling import chosen

    found = places(generator.dataset, where)
    return generator.given(chosen(found, len(classes), seed), classes if by_class else None)


def _check_rejection(generator: Generator, where: Where) -> None:
    if where or set(generator.conditions) - {"labels"}:
        raise GankitError(
            "rejection compares samples with equal labels, but this generator has other inputs too",
            "leave out --reject",
        )
