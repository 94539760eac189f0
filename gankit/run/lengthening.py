"""A run that trains for more epochs than its recipe asked for, or on other devices."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from gankit.errors import GankitError
from gankit.messages import counted
from gankit.recipe.recipe import Player, Recipe
from gankit.recipe.section import Section
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.folder import RunFolder
from gankit.run.load import load_recipe


def lengthen(run: RunFolder, plugins: Iterable[Path], overrides: Iterable[str]) -> list[str]:
    """Change the epochs or the devices in the recipe of a run, and return warnings.

    A run that goes on afterwards has the bits of one that was asked for all epochs at once.

    Args:
        run: The folder.
        plugins: The plugin files of the run.
        overrides: Changes such as `"training.epochs=200"`.

    Raises:
        GankitError: Something else is changed, or fewer epochs are asked for than are played.
    """
    plugins, overrides = list(plugins), list(overrides)
    old, new = (load_recipe(run, plugins, changes) for changes in ((), overrides))
    if [*map(_the_rest, old.stages())] != [*map(_the_rest, new.stages())]:
        raise GankitError(
            "--resume allows only --devices and --set training.epochs=N: a run keeps its recipe",
            f"to change more, start a new run: gankit run {run.recipe} --set …",
        )
    newest = Checkpoints(run.checkpoints).newest()
    _check_played(newest.place if newest else Place(), old.stages(), new.stages())
    run.write_recipe(new.to_toml())
    changed = (b for a, b in zip(old.stages(), new.stages()) if a.training != b.training)
    return list(dict.fromkeys(text for stage in changed for text in _schedules(stage)))


def _the_rest(stage: Recipe) -> Recipe:
    return replace(stage, training=replace(stage.training, epochs=1, devices=1))


def _check_played(place: Place, old: list[Recipe], new: list[Recipe]) -> None:
    for number, (before, after) in enumerate(zip(old, new)):
        least = place.epoch + bool(place.step) if number == place.stage else 1
        ended, asked = number < place.stage, after.training.epochs
        if ended and asked != before.training.epochs:
            length = counted(before.training.epochs, "epoch")
            raise GankitError(
                f"stage {number + 1} has already ended, after {length}. "
                f"Received: training.epochs = {asked}",
                f"change a later stage: --set stages.{place.stage}.training.epochs=…",
            )
        if asked < least:
            raise GankitError(
                f"the run has already trained {counted(least, 'epoch')}. "
                f"Received: training.epochs = {asked}",
                "go back to an earlier checkpoint: --from CHECKPOINT",
            )


def _schedules(stage: Recipe) -> Iterator[str]:
    """Yield a warning for each learning rate that changes by steps of its own."""
    for name, player in stage.players.items():
        schedule = _schedule(player)
        if schedule:
            options = ", ".join(f"{key} = {value}" for key, value in schedule.options.items())
            yield (
                f"the learning rate of the {name} follows {schedule.name} ({options}), which stays "
                "as it is: it does not stretch with the epochs"
            )


def _schedule(player: Player) -> Section | None:
    rate = player.optimizer.options.get("learning_rate")
    return rate if isinstance(rate, Section) else None
