"""Which sheets of samples stay in a run's folder."""

from collections.abc import Collection, Sequence

from gankit.files import written
from gankit.recipe.recipe import Recipe
from gankit.run.folder import RunFolder
from gankit.run.scores import standing


def kept_epochs(stages: Sequence[Recipe], most: int) -> set[int]:
    """Return the epochs whose sheets stay: evenly spread over the run, and the last.

    Every n-th sheet stays, where n is the smallest power of two that leaves at most `most`. So a
    run that is trained longer keeps some of the sheets that it has kept so far.
    """
    sampled = _sampled_epochs(stages)
    every = 1
    while len(sampled[::every]) > most:
        every *= 2
    return {*sampled[::every], sampled[-1]}


def thin_out(run: RunFolder, epoch: int, kept: Collection[int]) -> None:
    """Remove the sheets up to an epoch, but for its own, those that are kept, and the best one."""
    old = {number: path for number, path in run.sheets().items() if number < epoch}
    removed = old.keys() - kept
    if removed and (found := standing(run)) and found.best:
        removed -= {found.best["epoch"]}
    for number in removed:
        with written(old[number]):
            old[number].unlink()


def _sampled_epochs(stages: Sequence[Recipe]) -> list[int]:
    """Return the epochs, over all stages, after which a run draws a sheet; 0 is its start."""
    epochs, last = {0}, 0
    for stage in stages:
        first, last = last + 1, last + stage.training.epochs
        epochs |= {n for n in range(first, last + 1) if n % stage.training.sample_every == 0}
    return sorted({*epochs, last})
