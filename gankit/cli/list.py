"""gankit list: the parts that recipes can name."""

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Annotated

import typer
from rich.text import Text

from gankit.cli import completion
from gankit.cli.app import command
from gankit.cli.console import Line, aligned, show_lines, show_next, show_warning
from gankit.cli.options import AsJson, PluginFiles
from gankit.discovery.kinds import KERAS_KINDS, NAMED_KINDS
from gankit.discovery.plugins import Catalogue, Plugin, load_plugins
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion

_KINDS = [*NAMED_KINDS]

Kind = Annotated[
    str | None,
    typer.Argument(metavar="KIND", help=f"{listed(_KINDS)}.", autocompletion=completion.kinds),
]


@command("list losses", "list --plugin my_parts.py", name="list")
def list_parts(kind: Kind = None, plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """List the parts that recipes can name."""
    catalogue = load_plugins(plugin or ())
    found = parts(catalogue, kind)
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        show_lines(_lines(found))
        show_next("gankit show NAME")
    for failed in catalogue.failed:
        show_warning(f"{failed} failed to load; gankit plugins says why")


def parts(catalogue: Catalogue, kind: str | None = None) -> list[dict[str, str]]:
    """Return the kind, name, plugin and summary of each part of a kind, or of all plugins."""
    if kind is not None and kind not in _KINDS:
        message = f"unknown kind of part.{suggestion(kind, _KINDS)}"
        message += f" Allowed: {listed(_KINDS)}. Received: {shown(kind)}"
        raise GankitError(message, "gankit list")
    plugins = [_keras(kind)] if kind in KERAS_KINDS else catalogue.plugins
    found = [
        {"kind": part.kind, "name": part.name, "plugin": plugin.name, "summary": part.summary}
        for plugin in plugins
        for part in plugin.parts
        if kind in (None, part.kind)
    ]
    return sorted(found, key=lambda part: (_KINDS.index(part["kind"]), part["name"]))


def _keras(kind: str) -> Plugin:
    from gankit.backend import choose_backend

    choose_backend(None, cpu=True)
    from gankit.recipe.optimizers import KERAS_PARTS

    return Plugin("keras", parts=tuple(KERAS_PARTS[kind]().values()))


def _lines(found: list[dict[str, str]]) -> Iterable[Line]:
    rows = [(part["name"], part["plugin"], part["summary"]) for part in found]
    lines = iter(aligned(rows, ("bold", "dim", "")))
    for number, (kind, group) in enumerate(groupby(found, key=lambda part: part["kind"])):
        yield from [""] * bool(number)
        yield Text(kind, "cyan")
        yield from (next(lines) for _ in group)
    if not found:
        yield "none"
