"""Samples of runs from equal noise."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from gankit.errors import GankitError
from gankit.reporting.comparison import Samples
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder
from gankit.run.load import load_gan
from gankit.sampling import sample, sheet_count


def draw(
    paths: Sequence[Path], count: int, seed: int, plugins: Iterable[Path] = ()
) -> list[Samples | GankitError]:
    """Return the samples of each run's newest checkpoint, or why there are none.

    Args:
        paths: The runs' folders.
        count: How many pictures of each; of points there are as many as on a run's sheets.
        seed: Of the noise.
        plugins: Files of parts, if the runs were made with some.
    """
    drawn: list[Samples | GankitError] = []
    for path in paths:
        try:
            drawn.append(_of_run(RunFolder.open(path), count, seed, plugins))
        except GankitError as error:
            drawn.append(error)
    return drawn


def _of_run(run: RunFolder, count: int, seed: int, plugins: Iterable[Path]) -> Samples:
    gan = load_gan(run, plugins)
    if "generator" not in gan.networks:
        raise GankitError(f"{run.path} has no generator that draws from noise")
    facts = run.data_facts()[-1]
    count = count if len(facts.shape) == 3 else sheet_count(facts)
    images = sample(gan, count, seed, facts.classes)
    noise = tuple(gan.networks["generator"].inputs[0].shape[1:])
    return Samples(images, noise, Checkpoints(run.checkpoints).newest().place.steps)
