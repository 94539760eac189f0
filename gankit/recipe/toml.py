"""Reads recipes as plain tables, and writes tables that read the same."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Item, Table

from gankit.errors import GankitError
from gankit.messages import shown, suggestion
from gankit.recipe.shipped import recipe_file, shipped_recipes

LARGEST = 2**20  # bytes of a recipe
DEEPEST = 32  # nested tables and arrays

# A key with more parts than that: tomllib would take minutes.
_DEEP_KEY = re.compile(
    rf"""(?:^|[\[{{,])[ \t]*(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{DEEPEST + 1}}}""",
    re.MULTILINE,
)


def read(path: Path) -> dict[str, Any]:
    """Return the table in a file, or in the recipe of gankit with this name.

    Raises:
        GankitError: The file cannot be read, or is not valid.
    """
    try:
        path = recipe_file(path)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise _missing(path) from error
    except IsADirectoryError as error:
        raise GankitError(f"{path} is a folder, not a recipe", "give a TOML file") from error
    except UnicodeDecodeError as error:
        raise GankitError(f"{path} is not a text file", "give a TOML file") from error
    except (OSError, ValueError) as error:
        raise GankitError(f"{shown(str(path))} cannot be read: {error}") from error
    if len(data) > LARGEST:
        raise GankitError(f"{path} is too long for a recipe: more than {LARGEST:,} bytes")
    return parse(text, str(path))


def _missing(path: Path) -> GankitError:
    names = shipped_recipes()
    hint = "gankit list recipes"
    if path.stem in names:
        hint = f"the recipe that comes with gankit is called {path.stem}: gankit run {path.stem}"
    near = suggestion(path.as_posix(), names)
    return GankitError(f"there is no recipe {shown(str(path))}.{near}", hint)


def parse(text: str, source: str) -> dict[str, Any]:
    """Return the table in a text; `source` is where it comes from, for errors.

    Raises:
        GankitError: It is not TOML, is nested too deeply, or has a value that no option accepts.
    """
    if _DEEP_KEY.search(text):
        raise GankitError(f"{source} is nested too deeply: a key has more than {DEEPEST} parts")
    try:
        table = tomllib.loads(text + "\n")  # so that an error at the end has a line
    except RecursionError as error:
        raise GankitError(f"{source} is nested too deeply") from error
    except ValueError as error:
        raise GankitError(f"{source} is not TOML: {error}", "see https://toml.io") from error
    for place, value in _values(table):
        problem = _problem(place, value)
        if problem:
            raise GankitError(f"{source}: {shown('.'.join(place))} {problem}")
    return table


def write(table: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> str:
    """Return a table as TOML, with the comment `default` on each value that is not in `given`."""
    document: Table = tomlkit.item(dict(table))
    if given is not None:
        _mark_defaults(document, given)
    return document.as_string()


def _mark_defaults(table: Table, given: Any) -> None:
    given = given if isinstance(given, Mapping) else {}
    for key in table:
        item = table.value.item(key)
        if isinstance(item, Table):
            _mark_defaults(item, given.get(key))
        elif isinstance(item, AoT):
            others = given.get(key, [])
            for index, each in enumerate(item.body):
                _mark_defaults(each, others[index] if index < len(others) else {})
        elif isinstance(item, Item) and key not in given:
            item.comment("default")


def _values(table: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value with its place, without recursion."""
    left: list[tuple[tuple[str, ...], Any]] = [((), table)]
    while left:
        place, value = left.pop()
        yield place, value
        if isinstance(value, dict):
            left += [((*place, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            left += [((*place, str(index)), inner) for index, inner in enumerate(value)]


def _problem(place: tuple[str, ...], value: Any) -> str:
    if len(place) > DEEPEST:
        return f"is nested too deeply: more than {DEEPEST} levels"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "is an integer of more than 64 bits"
    if not isinstance(value, dict | list | str | int | float):
        return f"is a date or a time, which no option accepts: quote it. Received: {value}"
    return ""
