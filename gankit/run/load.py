"""A run's networks, as one of its checkpoints has them."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gankit.data.dataset import DataSpec
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.messages import listed, plugin_words
from gankit.recipe.recipe import Recipe, read_recipe
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.experiment import build
from gankit.run.folder import RunFolder


@dataclass(frozen=True)
class Restored:
    """A run as it was when a checkpoint was saved.

    Args:
        gan: The game.
        place: How far the run had come.
        epoch: The epochs that were finished, over all stages.
        recipe: Of the stage.
        spec: Of the stage's data.
    """

    gan: GAN
    place: Place
    epoch: int
    recipe: Recipe
    spec: DataSpec


def load_gan(
    run: RunFolder,
    plugins: Iterable[Path] = (),
    checkpoint: str = "last",
    precision: str | None = None,
) -> GAN:
    """Return the game of a run, restored; its data is not needed.

    Args:
        run: The folder.
        plugins: Files of parts, if the run was made with some.
        checkpoint: `last`, `best`, or the name of one, `step-000000123`.
        precision: Of the networks' arithmetic; as it was trained if None.

    Raises:
        GankitError: There is no such checkpoint, or what made the run is no longer there.
    """
    return restore(run, plugins, checkpoint, precision).gan


def restore(
    run: RunFolder,
    plugins: Iterable[Path] = (),
    checkpoint: str = "last",
    precision: str | None = None,
) -> Restored:
    """Return a run as one of its checkpoints has it; arguments and errors as of `load_gan`."""
    found = Checkpoints(run.checkpoints).find(checkpoint)
    place = found.place
    stages = load_recipe(run, plugins).stages()
    gan, played = None, list(zip(stages, run.data_specs()))[: place.stage + 1]
    for stage, spec in played:
        training = replace(stage.training, precision=precision or stage.training.precision)
        gan = build(replace(stage, training=training), spec, gan)
    if gan is None:
        raise GankitError(f"{run.facts} does not say what data was played", "start a new run")
    found.restore(gan)
    epochs = sum(stage.training.epochs for stage in stages[: place.stage]) + place.epoch
    return Restored(gan, place, epochs, *played[-1])


def load_recipe(
    run: RunFolder, plugins: Iterable[Path] = (), overrides: Iterable[str] = ()
) -> Recipe:
    """Return the recipe of a run.

    A folder is data: the plugin files that it names are never imported, only those given here.

    Args:
        run: The folder.
        plugins: Files of parts, if the run was made with some.
        overrides: Changes, `"training.epochs=10"`.

    Raises:
        GankitError: It cannot be read, or names parts that are not here.
    """
    plugins = [Path(plugin).resolve() for plugin in plugins]
    try:
        return read_recipe(run.recipe, load_plugins(plugins), overrides)
    except GankitError as error:
        raise _with_what_is_missing(error, run, plugins) from error


def _with_what_is_missing(error: GankitError, run: RunFolder, plugins: list[Path]) -> GankitError:
    """Return the error, with what the run was made with and what is not here."""
    files = [file for file in run.plugin_files() if Path(file).resolve() not in plugins]
    missing = run.missing_distributions()
    said, hints = [error.message], []
    if files:
        said.append(
            f"The run was made with {listed(files)}, and no run makes gankit execute a file by "
            "itself"
        )
        hints.append(f"if you trust what is in it, add {plugin_words(files)}")
    for name, (wanted, here) in missing.items():
        said.append(f"The run was made with {name} {wanted}. Here is: {here or 'none'}")
        hints.append(f"if you trust it: pip install {shlex.quote(f'{name}=={wanted}')}")
    return GankitError("\n".join(said), "\n".join(hints or [error.hint]))
