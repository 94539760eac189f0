"""What a plugin keeps to."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gankit.discovery import docstring
from gankit.discovery.part import Part
from gankit.discovery.plugins import Plugin, load_plugins
from gankit.errors import GankitError
from gankit.recipe import schema
from gankit.testing.requirement import require

REMEDY = "correct it; docs/plugins has a page about each kind of part"


def check_plugin(plugin: str | Path) -> list[Part]:
    """Check that a plugin loads, and that each of its parts says what it is and what it takes.

    Args:
        plugin: The name of an installed distribution, or a file of Python.

    Returns:
        Its parts.

    Raises:
        AssertionError: It does not load, or a part of it is not complete; says what to do.
    """
    parts = [part for found in _found(plugin) for part in found.parts]
    require(
        parts,
        f"{plugin} gives no parts",
        'write a hook, such as gankit_losses, with @gankit.hookimpl; return {"name": part}',
    )
    for part in parts:
        _check_part(part)
    return parts


def _found(plugin: str | Path) -> list[Plugin]:
    """Return the plugins of a distribution, or that of a file."""
    if isinstance(plugin, Path):
        try:
            return [load_plugins([plugin]).plugins[-1]]
        except GankitError as error:
            raise AssertionError(f"{error.message}\n→ {error.hint or REMEDY}") from error
    found = [each for each in load_plugins().plugins if plugin in (each.distribution, each.name)]
    require(
        found,
        f"no distribution {plugin} is installed that gives parts",
        "type pip install -e FOLDER, again after a change to [project.entry-points.gankit]",
    )
    for each in found:
        require(
            not each.failure,
            f"{each} does not load: {each.failure}",
            "GANKIT_TRACE=1 gankit plugins shows the traceback",
        )
    return found


def _check_part(part: Part) -> None:
    try:
        about, model = part.load().__doc__, schema.model(part)
        options = schema.json_schema(model)["properties"]
    except GankitError as error:
        raise AssertionError(f"{error.message}\n→ {error.hint or REMEDY}") from error
    require(
        docstring.summary(about).endswith("."),
        f"{part} has no first line in its docstring, which gankit list shows",
        "write one sentence, with a full stop, as the docstring's first paragraph",
    )
    helps = {name: option.get("description") for name, option in options.items()}
    silent = [name for name in schema.options(part) if not helps[name.name]]
    require(
        not silent,
        f"{part} has options without help: {', '.join(name.name for name in silent)}",
        "name each below Args: in the docstring, which gankit show shows",
    )
    defaults = {n: o["default"] for n, o in options.items() if o.get("default") is not None}
    _check_defaults(part, model, {**defaults, "name": part.name})


def _check_defaults(part: Part, model: type[schema.SectionModel], table: dict[str, Any]) -> None:
    try:
        model.model_validate_json(json.dumps(table))
    except ValidationError as error:
        wrong = [e for e in error.errors() if e["type"] != "missing"]
        said = ", ".join(f"{'.'.join(map(str, e['loc']))} = {e['input']!r}" for e in wrong)
        require(
            not wrong,
            f"{part} has defaults that a recipe could not give: {said}",
            "correct the default, or the type and range of its annotation",
        )
