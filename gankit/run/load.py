"""A run's networks, as its newest checkpoint has them."""

from collections.abc import Iterable
from pathlib import Path

from gankit.assemble import build
from gankit.errors import GankitError
from gankit.gan import GAN
from gankit.plugins import load_plugins
from gankit.recipe import Recipe, read_recipe
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder


def load_gan(run: RunFolder, plugins: Iterable[Path] = ()) -> GAN:
    """Return the game of a run, restored; its data is not needed.

    Args:
        run: The folder.
        plugins: Files of parts; by default those that the run was made with.

    Raises:
        GankitError: There is no checkpoint, or what made the run is no longer there.
    """
    checkpoint = Checkpoints(run.checkpoints).newest()
    if checkpoint is None:
        raise GankitError(f"{run.path} has no checkpoint yet", f"gankit run --resume {run.path}")
    stages = read_stages(run, plugins)
    gan = None
    for stage, facts in zip(stages[: checkpoint.place.stage + 1], run.data_facts()):
        gan = build(stage, facts, gan)
    checkpoint.restore(gan)
    return gan


def read_stages(run: RunFolder, plugins: Iterable[Path] = ()) -> list[Recipe]:
    """Return the recipe of each stage of a run.

    Args:
        run: The folder.
        plugins: Files of parts; by default those that the run was made with.

    Raises:
        GankitError: What made the run is no longer there.
    """
    known = [Path(plugin) for plugin in run.read_facts().get("plugins", [])]
    return read_recipe(run.recipe, load_plugins(tuple(plugins) or known)).stages()
