"""Reading recipes as plain tables, and writing them so that they can be read again."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli_w

from gankit.errors import GankitError
from gankit.messages import shown
from gankit.recipe.shipped import shipped_recipes

LARGEST = 2**20  # bytes of a recipe
DEEPEST = 32  # tables and arrays inside each other

# A key of more parts than that; it would keep tomllib busy for minutes.
_DEEP_KEY = re.compile(
    rf"""(?:^|[\[{{,])[ \t]*(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{DEEPEST + 1}}}""",
    re.MULTILINE,
)


def read(path: Path) -> dict[str, Any]:
    """Return the table that a file holds.

    Raises:
        GankitError: It cannot be read, or is not a recipe's TOML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8-sig")
    except FileNotFoundError as error:
        name = path.stem if path.stem in shipped_recipes() else "NAME"
        raise GankitError(
            f"there is no recipe {path}",
            f"gankit new recipe {name} copies one that comes with gankit",
        ) from error
    except IsADirectoryError as error:
        raise GankitError(f"{path} is a folder, not a recipe", "name a file of TOML") from error
    except UnicodeDecodeError as error:
        raise GankitError(f"{path} is not text, so no recipe", "name a file of TOML") from error
    except (OSError, ValueError) as error:
        raise GankitError(f"{shown(str(path))} cannot be read: {error}") from error
    if len(data) > LARGEST:
        raise GankitError(f"{path} is too long for a recipe: more than {LARGEST:,} bytes")
    return parse(text, str(path))


def parse(text: str, source: str) -> dict[str, Any]:
    """Return the table that a text holds.

    Args:
        text: TOML.
        source: Where it is from, for errors.

    Raises:
        GankitError: It is no TOML, is nested too deep, or has a value that no option takes.
    """
    if _DEEP_KEY.search(text):
        raise GankitError(f"{source} is nested too deep: a key has more than {DEEPEST} parts")
    try:
        table = tomllib.loads(text + "\n")  # so that an error at the end has a line
    except RecursionError as error:
        raise GankitError(f"{source} is nested too deep") from error
    except ValueError as error:
        raise GankitError(f"{source} is not TOML: {error}", "see https://toml.io") from error
    for place, value in _values(table):
        problem = _problem(place, value)
        if problem:
            raise GankitError(f"{source}: {shown('.'.join(place))} {problem}")
    return table


def write(table: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> str:
    """Return a table as TOML; what has no counterpart in `given` is marked as a default."""
    return "\n".join(_lines(table, (), table if given is None else given)).strip() + "\n"


def _values(table: dict) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value with its place, without recursion and no deeper than is allowed."""
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
        return f"is nested too deep: more than {DEEPEST} levels"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "is an integer of more than 64 bits"
    if not isinstance(value, dict | list | str | int | float):
        return f"is a date or a time, which no option takes: quote it. Received: {value}"
    return ""


def _lines(table: Mapping[str, Any], place: tuple[str, ...], given: Any) -> Iterator[str]:
    """Yield the values of a table, then the tables and arrays of tables inside it."""
    given = given if isinstance(given, Mapping) else {}
    inner = {key: value for key, value in table.items() if _is_table(value) or _is_array(value)}
    for key in (key for key in table if key not in inner):
        yield f"{_key(key)} = {_value(table[key])}" + ("" if key in given else "  # default")
    for key, value in inner.items():
        path = (*place, key)
        header = ".".join(map(_key, path))
        if _is_array(value):
            others = given.get(key, [])
            for index, item in enumerate(value):
                yield from ("", f"[[{header}]]")
                yield from _lines(item, path, others[index] if index < len(others) else {})
        else:
            if not value or not all(map(_is_table, value.values())):
                yield from ("", f"[{header}]")
            yield from _lines(value, path, given.get(key))


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_table, value))


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())} }}"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")
