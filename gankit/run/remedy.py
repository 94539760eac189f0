"""Continues a stage from its middle with a changed recipe, as a new stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gankit.data.dataset import DataSpec
from gankit.discovery.plugins import Catalogue
from gankit.errors import GankitError
from gankit.game.verdict import Change
from gankit.recipe.overrides import override
from gankit.recipe.recipe import Recipe, check_recipe
from gankit.run.experiment import build

Table = dict[str, Any]
SOURCE = "the recipe with the remedy"


def first_that_fits(
    recipe: Recipe,
    catalogue: Catalogue,
    stage: int,
    played: int,
    changes: Iterable[Change],
    spec: DataSpec,
) -> tuple[Recipe, Change] | None:
    """Return the recipe with the first change that fits its parts, and the change; None if none.

    Args:
        recipe: The recipe with all its stages.
        catalogue: The parts to choose from.
        stage: The number of the stage to continue.
        played: The number of its epochs that are kept.
        changes: Changes to the recipe, the best first.
        spec: The spec of the stage's data.
    """
    for change in changes:
        try:
            found = check_recipe(changed(recipe, stage, played, change), catalogue, SOURCE)
            build(found.stages()[stage + bool(played)], spec)
        except GankitError:
            continue
        return found, change
    return None


def changed(recipe: Recipe, stage: int, played: int, change: Change) -> Table:
    """Return the table of a recipe whose stage continues with a change.

    Raises:
        GankitError: The stage has the whole change already, or is finished.
    """
    stages = recipe.stages()
    left = stages[stage].training.epochs - played
    if left < 1:
        raise GankitError("the stage is finished: no epoch is left to change")
    fragment, tables = _fragment(stages[stage], change), [*recipe.given.get("stages", [])]
    table = {key: value for key, value in recipe.filled.items() if key != "stages"}
    if not played and not tables:
        return override(table, fragment, SOURCE)
    tables = tables or [{}]
    if not played:
        tables[stage] = override(tables[stage], fragment, SOURCE)
        return {**table, "stages": tables}
    rest = override(fragment, _epochs(left), SOURCE)
    tables[stage : stage + 1] = [override(tables[stage], _epochs(played), SOURCE), rest]
    if stage + 2 < len(tables):  # it would inherit the remaining epochs
        own = _epochs(stages[stage + 1].training.epochs)
        tables[stage + 2] = override(own, tables[stage + 2], SOURCE)
    return {**table, "stages": tables}


def _epochs(count: int) -> Table:
    return {"training": {"epochs": count}}


def _fragment(stage: Recipe, change: Mapping[str, Any]) -> Table:
    """Return a change with all stabilizers of the stage, as an array replaces the old one."""
    there = {section.name for section in stage.stabilizers}
    new = [table for table in change.get("stabilizers", []) if table["name"] not in there]
    fragment = {key: value for key, value in change.items() if key != "stabilizers"}
    if new:
        fragment["stabilizers"] = [*stage.filled["stabilizers"], *new]
    if override(stage.filled, fragment, SOURCE) == stage.filled:
        raise GankitError("the stage already has all these changes")
    return fragment
