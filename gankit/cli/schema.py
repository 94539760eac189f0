"""gankit schema: the JSON schema of recipes, for editors to complete and check them."""

import json
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from gankit.cli.app import command
from gankit.cli.options import PluginFiles
from gankit.discovery.part import Part
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.errors import GankitError
from gankit.terminal import show_warning


@command("schema > gankit.schema.json", "schema --plugin my_parts.py")
def schema(plugin: PluginFiles = None) -> None:
    """Print a JSON schema of recipes, for editors.

    With Even Better TOML or taplo, a recipe's first line names it: #:schema ./gankit.schema.json
    """
    from gankit.backend import choose_backend

    choose_backend(None, cpu=True)
    described, problems = recipe_schema(load_plugins(plugin or ()))
    for problem in problems:
        show_warning(f"left out: {problem.message}")
    print(json.dumps(described, indent=2, ensure_ascii=False))


def recipe_schema(catalogue: Catalogue) -> tuple[dict[str, Any], list[GankitError]]:
    """Return the JSON schema of a recipe, and the problems of the parts that it leaves out."""
    from pydantic import create_model

    from gankit.discovery.part_options import json_schema
    from gankit.recipe import model

    problems: list[GankitError] = []
    kinds = {kind: _any_of(parts.values(), problems) for kind, parts in catalogue.parts.items()}
    types: dict[str, Any] = {section: kinds[kind] for section, kind in model.SECTIONS.items()}
    types |= {kind: list[kinds[kind]] for kind in model.ARRAYS}  # type: ignore[valid-type]
    player: Any = model.player_model(_any_optimizer())
    types["players"] = dict[str, player]
    base, stages = model.recipe_model(types, str | kinds["features"]), list[dict[str, Any]]
    described = json_schema(create_model("recipe", __base__=base, stages=(stages, [])))
    nameless = described["$defs"][f"optimizers-{model.DEFAULT_OPTIMIZER['name']}"]
    del nameless["required"]  # an optimizer without a name is the default one
    return described, problems


def _any_of(parts: Iterable[Part], problems: list[GankitError]) -> Any:
    """Return the union of the parts' models, and collect the problems of parts without one."""
    from gankit.discovery.part_options import json_schema, model

    models: list[Any] = []
    for part in parts:
        try:
            models.append(model(part))
            json_schema(models[-1])
        except GankitError as error:
            problems.append(error)
    return reduce(or_, models) if models else dict[str, Any]


def _any_optimizer() -> Any:
    from gankit.recipe import optimizers

    rate, parts = optimizers.any_rate(), optimizers.optimizers().values()
    models: list[Any] = [optimizers.model(part, rate) for part in parts]
    return reduce(or_, models)
