"""The run that another one starts from."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gankit.files import found_run
from gankit.game.gan import GAN
from gankit.recipe.recipe import Recipe
from gankit.run.folder import RunFolder
from gankit.run.load import restore


@dataclass(frozen=True)
class Start:
    """The game of a run at a checkpoint, and the checkpoint's name."""

    gan: GAN
    run: str
    checkpoint: str

    def __str__(self) -> str:
        return f"{self.run}, {self.checkpoint}"


def start_of(recipe: Recipe, plugins: Iterable[Path] = ()) -> Start | None:
    """Return what the first stage of a recipe starts from, None if from nothing.

    Args:
        recipe: With all its stages.
        plugins: Plugin files that the other run needs.

    Raises:
        GankitError: It is not a run, or it has no such checkpoint.
    """
    start = recipe.stages()[0].start
    if start.run is None:
        return None
    run = RunFolder.open(found_run(Path(start.run).expanduser()))
    found = restore(run, plugins, start.checkpoint)
    return Start(found.gan, start.run, found.place.name)
