"""gankit list: the parts that recipes can name, and the recipes of gankit."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer
from rich.text import Text

from gankit.cli import completion
from gankit.cli.app import command
from gankit.cli.console import Line, folded, show_lines, show_next
from gankit.cli.options import AsJson, PluginFiles
from gankit.discovery.kinds import KERAS_KINDS, NAMED_KINDS
from gankit.discovery.plugins import Catalogue, Plugin, load_plugins
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion
from gankit.recipe.shipped import Shipped, described, shipped_recipes
from gankit.terminal import show_warning

_KINDS = [*NAMED_KINDS]
RECIPES = "recipes"

Kind = Annotated[
    str | None,
    typer.Argument(
        metavar="KIND",
        help=f"{listed(_KINDS)}; or {RECIPES}. By default, all that plugins provide.",
        autocompletion=completion.kinds,
    ),
]


@command("list recipes", "list losses --plugin my_parts.py", name="list")
def list_parts(kind: Kind = None, plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """List the parts that recipes can name, or the recipes that come with gankit."""
    if kind == RECIPES:
        _list_recipes(as_json)
        return
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
        message = f"unknown kind of part.{suggestion(kind, [*_KINDS, RECIPES])}"
        message += f" Allowed: {listed([*_KINDS, RECIPES])}. Received: {shown(kind)}"
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
    lines = folded(rows, ("bold", "dim", ""))
    for number, (kind, group) in enumerate(groupby(found, key=lambda part: part["kind"])):
        yield from [""] * bool(number)
        yield Text(kind, "cyan")
        yield from (line for part in group for line in lines.pop(0))
    if not found:
        yield "none"


def _list_recipes(as_json: bool) -> None:
    found = [described(name, path) for name, path in shipped_recipes().items()]
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False))
        return
    show_lines(_recipe_lines(found))
    show_next("gankit run NAME, or gankit new recipe NAME to change it")


def _recipe_lines(found: Sequence[Shipped]) -> Iterable[Line]:
    """Yield a row for each recipe, and below it what it is."""
    rows = [("recipe", "dataset", "size", "time")]
    rows += [(each.name, each.dataset, each.size, each.time) for each in found]
    head, *lines = folded(rows, ("bold", "", "", ""))
    yield from (Text(line.plain, "cyan") for line in head)
    for each, row in zip(found, lines):
        yield from row
        yield Text(f"      {each.summary}", "dim")
