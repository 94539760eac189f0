"""Recipes at a size for tests."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from gankit.data.dataset import Dataset
from gankit.discovery.plugins import load_plugins
from gankit.game.compatibility import incompatibilities
from gankit.messages import listed
from gankit.recipe.overrides import override
from gankit.recipe.recipe import Recipe, read_recipe
from gankit.recipe.recipe import check_recipe as checked
from gankit.recipe.section import Section
from gankit.run.experiment import Experiment, assemble
from gankit.testing.requirement import require

STEPS = 2
BATCH = 4
WIDTH = 4  # of a layer, and of the noise


def tiny(
    recipe: Recipe | Path | str,
    plugins: Iterable[Path | str] = (),
    changes: Mapping[str, Any] | None = None,
) -> Recipe:
    """Return a recipe that plays the same parts in seconds.

    Each stage has one epoch of two steps with batches of 4, on the first rows of its data; an
    option `count` of the dataset is lowered to match. In the architecture, `latent` and options
    whose names end in `width` or `widths` are at most 4.

    Args:
        recipe: The recipe, or its file.
        plugins: Python files with parts that it names.
        changes: Changes to the small recipe, if a part needs other values:
            `{"architecture": {"latent": 12}}`.

    Raises:
        GankitError: The recipe has problems.
    """
    catalogue = load_plugins(plugins)
    if not isinstance(recipe, Recipe):
        recipe = read_recipe(recipe, catalogue)
    rows = STEPS * BATCH * max(p.repeats for each in recipe.stages() for p in each.players.values())
    stages = [_small(stage, rows) for stage in recipe.given.get("stages", ())]
    table = _small(recipe.filled, rows) | ({"stages": stages} if stages else {})
    table = override(table, changes or {}, "changes")
    return _cut(checked(table, catalogue, recipe.source), rows)


def check_recipe(
    recipe: Recipe | Path | str,
    plugins: Iterable[Path | str] = (),
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Check that a recipe is valid, and play two steps of each of its stages at a small size.

    Args:
        recipe: The recipe, or its file.
        plugins: Python files with parts that it names.
        changes: As for `tiny`.

    Raises:
        AssertionError: A loss is not finite, or parts do not fit together; the message says how to
            fix it.
        GankitError: The recipe has problems.
    """
    experiment = None
    for stage in tiny(recipe, plugins, changes).stages():
        experiment = assemble(stage, experiment)
        for incompatibility in incompatibilities(experiment.gan, experiment.dataset):
            require(False, f"{stage.source}: {incompatibility.reason}", incompatibility.remedy)
        _check_played(experiment)


def _check_played(experiment: Experiment) -> None:
    fitted = experiment.gan.fit(experiment.batches(), verbose=0, shuffle=False)
    last = {name: float(values[-1]) for name, values in fitted.history.items()}
    wrong = [f"{name} = {value}" for name, value in last.items() if not math.isfinite(value)]
    require(
        not wrong,
        f"{experiment.recipe.source} plays, but has values that are not finite: {listed(wrong)}",
        "check the loss with gankit.testing.check_loss, or lower a learning_rate",
    )


def _small(table: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Return a recipe, or the changes of a stage, at a small size."""
    small = dict(table)
    if "count" in table.get("dataset", {}):
        small["dataset"] = table["dataset"] | {"count": min(rows, table["dataset"]["count"])}
    if "architecture" in table:
        options = table["architecture"].items()
        small["architecture"] = {name: _narrow(name, value) for name, value in options}
    if "training" in table:
        small["training"] = table["training"] | {"epochs": 1, "batch_size": BATCH}
    return small


def _narrow(name: str, value: Any) -> Any:
    if isinstance(value, list) and name.endswith("widths"):
        return [_narrow("width", each) for each in value]
    sized = name.endswith("width") or name == "latent"
    return min(value, WIDTH) if sized and type(value) is int else value


def _cut(recipe: Recipe, rows: int) -> Recipe:
    """Return a recipe whose stages see only the first rows of their data."""
    later = tuple(_cut(stage, rows) for stage in recipe.later)
    return replace(recipe, dataset=_first(recipe.dataset, rows), later=later)


def _first(section: Section, rows: int) -> Section:
    make = section.part.load()

    @wraps(make)
    def made(**options: Any) -> Dataset:
        whole: Dataset = make(**options)
        arrays = {name: array[:rows] for name, array in whole.arrays.items()}
        return replace(whole, arrays=arrays)

    return replace(section, part=replace(section.part, given=made))
