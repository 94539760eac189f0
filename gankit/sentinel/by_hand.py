"""Going back to a checkpoint because a person asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from gankit.discovery.plugins import Catalogue
from gankit.errors import GankitError
from gankit.game.verdict import Change
from gankit.recipe.recipe import Recipe, check_recipe
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder
from gankit.sentinel.remedy import SOURCE, changed
from gankit.sentinel.rollback import Plan, complete


def go_back(
    run: RunFolder, recipe: Recipe, catalogue: Catalogue, name: str, added: Sequence[str]
) -> None:
    """Take a run back to a checkpoint, from where it goes on, with more stabilizers if asked.

    Args:
        run: The folder.
        recipe: Its recipe.
        catalogue: The parts that there are.
        name: Of the checkpoint: `healthy`, `best` or its own.
        added: The names of stabilizers.

    Raises:
        GankitError: There is no such checkpoint or stabilizer, or nothing is left to play from it.
    """
    found = Checkpoints(run.checkpoints).find(name)
    place = found.place
    if place.step:
        raise GankitError(
            f"{found.path} was saved in the middle of an epoch, and a stage ends with one",
            "choose the checkpoint of an epoch's end",
        )
    change: Change = {"stabilizers": [{"name": part} for part in added]}
    if added:
        table = changed(recipe, place.stage, place.epoch, change)
        recipe = check_recipe(table, catalogue, SOURCE)
    played = [stage.training.epochs for stage in recipe.stages()[: place.stage]]
    epoch = sum(played) + place.epoch
    where = {"stage": place.stage, "step": place.steps, "epoch": epoch}
    event = {"event": "goes-back", **where, "to": found.path.name, "change": change}
    Plan(place.steps, epoch, recipe.to_toml(), event).write(run)
    complete(run)
