"""A run's networks, as its newest checkpoint has them."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from gankit.assemble import build
from gankit.errors import GankitError
from gankit.gan import GAN
from gankit.plugins import load_plugins
from gankit.recipe import Recipe, read_recipe
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder
from gankit.spelling import listed, plugin_words


def load_gan(run: RunFolder, plugins: Iterable[Path] = (), precision: str | None = None) -> GAN:
    """Return the game of a run, restored; its data is not needed.

    Args:
        run: The folder.
        plugins: Files of parts, if the run was made with some.
        precision: Of the networks' arithmetic; as it was trained if None.

    Raises:
        GankitError: There is no checkpoint, or what made the run is no longer there.
    """
    checkpoint = Checkpoints(run.checkpoints).newest()
    if checkpoint is None:
        raise GankitError(f"{run.path} has no checkpoint yet", f"gankit run --resume {run.path}")
    stages = load_recipe(run, plugins).stages()
    gan = None
    for stage, facts in zip(stages[: checkpoint.place.stage + 1], run.data_facts()):
        training = replace(stage.training, precision=precision or stage.training.precision)
        gan = build(replace(stage, training=training), facts, gan)
    checkpoint.restore(gan)
    return gan


def load_recipe(run: RunFolder, plugins: Iterable[Path] = ()) -> Recipe:
    """Return the recipe of a run.

    A folder is data: the plugin files that it names are never imported, only those given here.

    Args:
        run: The folder.
        plugins: Files of parts, if the run was made with some.

    Raises:
        GankitError: It cannot be read, or names parts that are not here.
    """
    plugins = [Path(plugin).resolve() for plugin in plugins]
    try:
        return read_recipe(run.recipe, load_plugins(plugins))
    except GankitError as error:
        files = [file for file in run.plugin_files() if Path(file).resolve() not in plugins]
        if not files:
            raise
        raise GankitError(
            f"{error.message}\nThe run was made with {listed(files)}, and no run makes gankit "
            "execute a file by itself",
            f"if you trust what is in it, add {plugin_words(files)}",
        ) from error
