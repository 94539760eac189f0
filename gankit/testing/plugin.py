"""The contract of a plugin."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gankit.discovery import docstring, part_options
from gankit.discovery.part import Part
from gankit.discovery.plugins import Plugin, load_plugins
from gankit.errors import GankitError
from gankit.testing.requirement import require

REMEDY = "fix it; docs/plugins has a page for each kind of part"


def check_plugin(plugin: str | Path) -> list[Part]:
    """Check that a plugin loads, and that each of its parts documents itself and its options.

    Args:
        plugin: The name of an installed distribution, or a Python file.

    Returns:
        Its parts.

    Raises:
        AssertionError: It does not load, or a part is incomplete; the message says how to fix it.
    """
    parts = [part for found in _found(plugin) for part in found.parts]
    require(
        parts,
        f"{plugin} provides no parts",
        'write a hook such as gankit_losses with @gankit.hookimpl; return {"name": part}',
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
        f"no installed distribution {plugin} provides parts",
        "type pip install -e FOLDER, again after a change to [project.entry-points.gankit]",
    )
    for each in found:
        require(
            not each.failure,
            f"{each} failed to load: {each.failure}",
            "GANKIT_TRACE=1 gankit plugins shows the traceback",
        )
    return found


def _check_part(part: Part) -> None:
    try:
        about, model = part.load().__doc__, part_options.model(part)
        options = part_options.json_schema(model)["properties"]
    except GankitError as error:
        raise AssertionError(f"{error.message}\n→ {error.hint or REMEDY}") from error
    require(
        docstring.summary(about).endswith("."),
        f"{part} has no summary in its docstring",
        "begin the docstring with a sentence that ends with a full stop",
    )
    helps = {name: option.get("description") for name, option in options.items()}
    silent = [option.name for option in part_options.options(part) if not helps[option.name]]
    require(
        not silent,
        f"{part} has options without help: {', '.join(silent)}",
        "describe each one below Args: in the docstring, for gankit show",
    )
    defaults = {n: o["default"] for n, o in options.items() if o.get("default") is not None}
    _check_defaults(part, model, {**defaults, "name": part.name})


def _check_defaults(
    part: Part, model: type[part_options.SectionModel], table: dict[str, Any]
) -> None:
    try:
        model.model_validate_json(json.dumps(table))
    except ValidationError as error:
        wrong = [e for e in error.errors() if e["type"] != "missing"]
        values = ", ".join(f"{'.'.join(map(str, e['loc']))} = {e['input']!r}" for e in wrong)
        require(
            not wrong,
            f"{part} has defaults that its own types forbid: {values}",
            "correct the default, or the type and range of its annotation",
        )
