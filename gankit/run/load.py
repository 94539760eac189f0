"""A run's networks, as one of its checkpoints has them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gankit.assemble import build
from gankit.dataset import Facts
from gankit.errors import GankitError
from gankit.gan import GAN
from gankit.plugins import load_plugins
from gankit.recipe import Recipe, read_recipe
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.folder import RunFolder


@dataclass(frozen=True)
class Restored:
    """A run as it was when a checkpoint was saved.

    Args:
        gan: The game.
        place: How far the run had come.
        epoch: The epochs that were finished, over all stages.
        recipe: Of the stage.
        facts: Of the stage's data.
    """

    gan: GAN
    place: Place
    epoch: int
    recipe: Recipe
    facts: Facts


def load_gan(run: RunFolder, plugins: Iterable[Path] = (), checkpoint: str = "last") -> GAN:
    """Return the game of a run, restored; its data is not needed.

    Args:
        run: The folder.
        plugins: Files of parts; by default those that the run was made with.
        checkpoint: `last`, `best`, or the name of one, `step-000000123`.

    Raises:
        GankitError: There is no such checkpoint, or what made the run is no longer there.
    """
    return restore(run, plugins, checkpoint).gan


def restore(run: RunFolder, plugins: Iterable[Path] = (), checkpoint: str = "last") -> Restored:
    """Return a run as one of its checkpoints has it; arguments and errors as of `load_gan`."""
    found = Checkpoints(run.checkpoints).find(checkpoint)
    place = found.place
    known = [Path(plugin) for plugin in run.read_facts().get("plugins", [])]
    stages = read_recipe(run.recipe, load_plugins(tuple(plugins) or known)).stages()
    gan, played = None, list(zip(stages, run.data_facts()))[: place.stage + 1]
    for stage, facts in played:
        gan = build(stage, facts, gan)
    if gan is None:
        raise GankitError(f"{run.facts} does not say what data was played", "start a new run")
    found.restore(gan)
    epochs = sum(stage.training.epochs for stage in stages[: place.stage]) + place.epoch
    return Restored(gan, place, epochs, *played[-1])
