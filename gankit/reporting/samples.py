"""Samples of runs from equal noise."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from gankit.errors import GankitError
from gankit.game.sampling import sample, sheet_count
from gankit.reporting.comparison import Asked, Samples
from gankit.run.folder import RunFolder
from gankit.run.load import restore


def draw(
    paths: Sequence[Path], asked: Asked, plugins: Iterable[Path] = ()
) -> list[Samples | GankitError]:
    """Return the samples of a checkpoint of each run, or why there are none.

    Args:
        paths: The runs' folders.
        asked: Which samples; of points there are always as many as on a run's sheets.
        plugins: Files of parts, if the runs were made with some.
    """
    drawn: list[Samples | GankitError] = []
    for path in paths:
        try:
            drawn.append(_of_run(RunFolder.open(path), asked, plugins))
        except GankitError as error:
            drawn.append(error)
    return drawn


def _of_run(run: RunFolder, asked: Asked, plugins: Iterable[Path]) -> Samples:
    restored = restore(run, plugins, asked.checkpoint)
    gan, spec = restored.gan, restored.spec
    if "generator" not in gan.networks:
        raise GankitError(f"{run.path} has no generator that draws from noise")
    count = asked.count if len(spec.shape) == 3 else sheet_count(spec)
    images = sample(gan, count, asked.seed, spec.classes)
    noise = tuple(gan.networks["generator"].inputs[0].shape[1:])
    return Samples(images, noise, restored.place.steps)
