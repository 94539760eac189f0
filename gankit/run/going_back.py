"""Takes a run back to a checkpoint on request."""

from __future__ import annotations

from collections.abc import Sequence

from gankit.discovery.plugins import Catalogue
from gankit.errors import GankitError
from gankit.game.verdict import Change
from gankit.recipe.recipe import Recipe, check_recipe
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder
from gankit.run.remedy import SOURCE, changed
from gankit.run.rollback import Plan, complete


def go_back(
    run: RunFolder, recipe: Recipe, catalogue: Catalogue, name: str, added: Sequence[str]
) -> None:
    """Take a run back to a checkpoint, and add stabilizers to what follows.

    Args:
        run: The folder of the run.
        recipe: Its recipe.
        catalogue: The parts to choose from.
        name: The checkpoint: `healthy`, `best` or its own name.
        added: The names of the stabilizers to add.

    Raises:
        GankitError: There is no such checkpoint or stabilizer, or no epoch follows it.
    """
    found = Checkpoints(run.checkpoints).find(name)
    place = found.place
    if place.step:
        raise GankitError(
            f"{found.path} was saved in the middle of an epoch, but a stage ends after a full one",
            "choose a checkpoint from the end of an epoch",
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
