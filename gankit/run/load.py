"""The networks of a run at one of its checkpoints."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

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
    """A run at a checkpoint: the recipe and the data of its stage, its finished epochs of all."""

    gan: GAN
    place: Place
    epoch: int
    recipe: Recipe
    spec: DataSpec


def restore(
    run: RunFolder,
    plugins: Iterable[Path] = (),
    checkpoint: str = "last",
    precision: Literal["float32"] | None = None,
) -> Restored:
    """Return a run at a checkpoint; its data is not read.

    Args:
        run: The folder.
        plugins: The plugin files of the run.
        checkpoint: `last`, `best`, or a name such as `step-000000123`.
        precision: Of the networks' arithmetic; that of training if None.

    Raises:
        GankitError: The checkpoint, or a part of the recipe, does not exist.
    """
    found = Checkpoints(run.checkpoints).find(checkpoint)
    place = found.place
    stages = load_recipe(run, plugins).stages()
    gan, played = None, list(zip(stages, run.data_specs()))[: place.stage + 1]
    for stage, spec in played:
        training = replace(stage.training, precision=precision or stage.training.precision)
        gan = build(replace(stage, training=training), spec, gan)
    if gan is None:
        raise GankitError(f"{run.facts} has no facts about the data", "start a new run")
    found.restore(gan)
    epochs = sum(stage.training.epochs for stage in stages[: place.stage]) + place.epoch
    return Restored(gan, place, epochs, *played[-1])


def load_recipe(
    run: RunFolder, plugins: Iterable[Path] = (), overrides: Iterable[str] = ()
) -> Recipe:
    """Return the recipe of a run.

    The plugin files that its folder names are never imported, only those given here.

    Raises:
        GankitError: It cannot be read, or a part does not exist.
    """
    plugins = [Path(plugin).resolve() for plugin in plugins]
    try:
        return read_recipe(run.recipe, load_plugins(plugins), overrides)
    except GankitError as error:
        raise _with_missing_plugins(error, run, plugins) from error


def _with_missing_plugins(error: GankitError, run: RunFolder, plugins: list[Path]) -> GankitError:
    """Return the error, with the plugins of the run that are missing."""
    files = [file for file in run.plugin_files() if Path(file).resolve() not in plugins]
    messages, hints = [error.message], []
    if files:
        messages.append(
            f"The run was made with {listed(files)}; gankit executes no file because a run names it"
        )
        hints.append(f"if you trust the content, add {plugin_words(files)}")
    for name, (wanted, here) in run.missing_distributions().items():
        messages.append(f"The run was made with {name} {wanted}. Installed: {here or 'none'}")
        hints.append(f"if you trust it: pip install {shlex.quote(f'{name}=={wanted}')}")
    return GankitError("\n".join(messages), "\n".join(hints or [error.hint]))
