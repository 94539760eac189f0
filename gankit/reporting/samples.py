"""Samples of runs from equal noise."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gankit import pictures
from gankit.errors import GankitError
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder
from gankit.run.load import load_gan
from gankit.sampling import sample

COLUMNS = 4  # of a sheet


@dataclass(frozen=True)
class Samples:
    """What a run's generator makes.

    Args:
        images: In [−1, 1], (count, height, width, channels), or points, (count, 2).
        noise: The shape of the noise; runs with one shape had equal noise.
        step: Of the checkpoint.
    """

    images: np.ndarray
    noise: tuple[int, ...]
    step: int

    def sheet(self):
        """Return them as a picture."""
        if self.images.ndim == 2:
            return pictures.scatter(self.images)
        return pictures.grid(pictures.to_uint8(self.images), COLUMNS)


def draw(
    paths: Sequence[Path], count: int, seed: int, plugins: Iterable[Path] = ()
) -> list[Samples | GankitError]:
    """Return the samples of each run's newest checkpoint, or why there are none.

    Args:
        paths: The runs' folders.
        count: How many samples of each.
        seed: Of the noise.
        plugins: Files of parts; by default those that a run was made with.
    """
    return [_of_run(RunFolder.open(path), count, seed, plugins) for path in paths]


def _of_run(run: RunFolder, count: int, seed: int, plugins) -> Samples | GankitError:
    try:
        gan = load_gan(run, plugins)
        place = Checkpoints(run.checkpoints).newest().place
        facts = run.data_facts()[-1]
        images = sample(gan, count if len(facts.shape) == 3 else 2500, seed, facts.classes)
        return Samples(images, tuple(gan.networks["generator"].inputs[0].shape[1:]), place.steps)
    except GankitError as error:
        return error
