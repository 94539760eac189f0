"""Where the settings of runs differ."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gankit.messages import tally
from gankit.reporting.run_data import RunData

ABSENT = "–"
Differences = Mapping[str, Sequence[str]]


def differences(tables: Sequence[Any], place: str = "") -> dict[str, list[str]]:
    """Return where tables differ: the value of each as TOML, by dotted key.

    Parts in a list are matched by name, so that one more stabilizer is one difference. A part that
    was replaced, or is missing, is one value with all its options.
    """
    if all(table == tables[0] for table in tables):
        return {}
    if any(_is_parts(table) for table in tables):
        tables = [_by_name(table or []) for table in tables]
    if not all(isinstance(table, Mapping) for table in tables) or _are_other_parts(tables):
        return {place: [_shown(table, place) for table in tables]}
    found: dict[str, list[str]] = {}
    for key in dict.fromkeys(key for table in tables for key in table):
        inner = [table.get(key) for table in tables]
        found |= differences(inner, f"{place}.{key}" if place else key)
    return found


def made_with(run: RunData) -> dict[str, Any]:
    """Return what a run was made with, beside its recipe."""
    facts = run.facts
    data = {str(number): found for number, found in enumerate(facts.get("data", []), 1)}
    return {
        "backend": facts.get("backend"),
        "devices": tally(facts.get("devices", [])),
        "machine": facts.get("machine"),
        "python": facts.get("python"),
        "versions": facts.get("versions", {}),
        "distributions": facts.get("distributions", {}),
        "plugins": facts.get("plugins", []),
        "data": data.get("1", {}) if len(data) == 1 else data,
    }


def _is_parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(x, Mapping) for x in value)


def _by_name(parts: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return parts by name, or by number without one; a repeated name gets a number."""
    names = [str(part.get("name", number)) for number, part in enumerate(parts, 1)]
    again = [names[:number].count(name) + 1 for number, name in enumerate(names)]
    return {f"{n}-{a}" if a > 1 else n: part for n, a, part in zip(names, again, parts)}


def _are_other_parts(tables: Sequence[Mapping[str, Any]]) -> bool:
    return len({str(table.get("name")) for table in tables}) > 1


def _shown(value: Any, place: str = "") -> str:
    """Return a value as TOML; of a part the options, after its name unless `place` ends with it."""
    if value is None:
        return ABSENT
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    options = ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items() if key != "name")
    name = value.get("name", "")
    if not name or place.endswith(f".{name}"):
        return options or ("yes" if name else ABSENT)
    return f"{name} ({options})" if options else str(name)
