"""Changes to a recipe: `--set KEY=VALUE`, and the tables of a stage."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gankit.errors import GankitError
from gankit.messages import listed, shown
from gankit.recipe import toml
from gankit.recipe.own_data import with_own_data


def read_table(
    path: Path | str,
    overrides: Iterable[str] = (),
    data: Path | str | None = None,
    stabilizers: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the table of a recipe, with changes such as `"training.epochs=10"`.

    Args:
        path: A TOML file, or the name of a recipe that comes with gankit.
        overrides: The changes.
        data: A folder of images or a `.npz` file to train on instead.
        stabilizers: The names of stabilizers to add; the changes may set their options.

    Raises:
        GankitError: The file cannot be read, a change is not KEY=VALUE, or a stabilizer is in the
            recipe already.
    """
    table = toml.read(Path(path))
    if data is not None:
        table = with_own_data(table, Path(data))
    _check_new(table.get("stabilizers"), stabilizers)
    table = _with_stabilizers(table, stabilizers)
    for text in overrides:
        table = override(table, read_override(text), f"--set {text}")
    return _with_stabilizers(table, stabilizers)  # a change may have replaced the list


def _check_new(known: Any, added: Sequence[str]) -> None:
    twice = set(added) & set(_names(known)) if isinstance(known, list) else ()
    for name in sorted(twice):
        raise GankitError(
            f"--with {name}: the recipe already has this stabilizer",
            f"change its options: --set stabilizers.{name}.OPTION=VALUE; list them: "
            f"gankit show {name}",
        )


def _with_stabilizers(table: dict[str, Any], added: Sequence[str]) -> dict[str, Any]:
    """Return a recipe that has these stabilizers, also in the stages that have their own list."""
    if not added:
        return table
    changed = {**table, "stabilizers": _longer(table.get("stabilizers", []), added)}
    if isinstance(table.get("stages"), list):
        changed["stages"] = [
            {**stage, "stabilizers": _longer(stage["stabilizers"], added)}
            if isinstance(stage, Mapping) and "stabilizers" in stage
            else stage
            for stage in table["stages"]
        ]
    return changed


def _longer(stabilizers: Any, added: Sequence[str]) -> Any:
    if not isinstance(stabilizers, list):
        return stabilizers
    known = _names(stabilizers)
    return stabilizers + [{"name": name} for name in added if name not in known]


def override(table: Mapping[str, Any], changes: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return a changed copy of a table; `source` is where the changes come from, for errors.

    Nested tables are merged and arrays replaced; `{1 = …}` changes one item of an array, and
    `{r1 = …}` the part of this name. A table that names another part replaces the old one, since
    options belong to their part.

    Raises:
        GankitError: An array has no such item.
    """
    changed = {key: _changed(table.get(key), value, source) for key, value in changes.items()}
    return {**table, **changed}


def read_override(text: str) -> dict[str, Any]:
    """Return the table that `KEY=VALUE` stands for. VALUE is TOML, and never guessed.

    Raises:
        GankitError: The text is not KEY=VALUE.
    """
    key, equals, value = (part.strip() for part in text.partition("="))
    source = f"--set {shown(text)}"
    if not equals or "\n" in text:
        raise GankitError(f"{source} is not KEY=VALUE", "--set training.epochs=10")
    try:
        return toml.parse(text, source)
    except GankitError as error:
        if not re.fullmatch(r"[\w./~-][\w./~ -]*", value):
            raise
        message = f"{source}: the value is TOML, which quotes strings"
        raise GankitError(message, f"--set '{key}=\"{value}\"'") from error


def _changed(old: Any, new: Any, source: str) -> Any:
    if not isinstance(new, Mapping):
        return new
    if isinstance(old, list) and all(map(_is_place(old), new)):
        return _changed_items(old, new, source)
    same = isinstance(old, Mapping) and new.get("name", old.get("name")) == old.get("name")
    return override(old if same else {}, new, source)


def _is_place(items: list[Any]) -> Callable[[str], bool]:
    """Return whether a key stands for an item: a number, or a name where the items have names."""
    named = any(_names(items))
    return lambda key: key.isdecimal() or (named and key != "name")


def _changed_items(old: list[Any], new: Mapping[str, Any], source: str) -> list[Any]:
    items, names = list(old), _names(old)
    for key, value in new.items():
        place = int(key) if key.isdecimal() else names.index(key) if key in names else len(items)
        if place >= len(items):
            places = f"0 to {len(items) - 1}" if items else "none, the array is empty"
            places = listed([places, *filter(None, names)])
            raise GankitError(f"{source}: no such item. Allowed: {places}. Received: {key}")
        items[place] = _changed(items[place], value, source)
    return items


def _names(items: list[Any]) -> list[str]:
    """Return the name of each item, empty if it has none."""
    return [str(item.get("name", "")) if isinstance(item, Mapping) else "" for item in items]
