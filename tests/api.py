"""The public API as text, each name with the line of the changelog that told of its last change.

`python tests/api.py` writes `tests/api.txt`. It refuses to where a name is new or has changed and
the changelog has no new line that names it, as `` `gankit.Dataset` ``. Lines are known by a digest.
"""

import hashlib
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from pages import ROOT

FILE = Path(__file__).with_name("api.txt")
CHANGELOG = ROOT / "docs/changelog.md"
MODULES = ("gankit", "gankit.testing")
LINE = "    changelog: "


def names() -> dict[str, object]:
    """Return what is public, by its full name."""
    modules = [importlib.import_module(name) for name in MODULES]
    return {f"{m.__name__}.{name}": getattr(m, name) for m in modules for name in m.__all__}


def described(name: str) -> str:
    """Return how something public is used: its signature, and those of its public members."""
    thing = names()[name]
    if isinstance(thing, ModuleType):
        return "\n".join([f"{name}: module", *(f"    {x}" for x in sorted(thing.__all__))])
    if not inspect.isclass(thing):
        return name + (_signature(thing) if inspect.isfunction(thing) else "")
    bases = ", ".join(base.__name__ for base in thing.__bases__ if base is not object)
    head = f"{name}{_signature(thing)}" + (f": {bases}" if bases else "")
    return "\n".join([head, *(f"    {line}" for line in _members(thing))])


def about(thing: object) -> str:
    """Return a docstring; the alias of a type has its own in a `Doc`."""
    *_, doc = getattr(thing, "__metadata__", [None])
    return doc.documentation if doc else inspect.getdoc(thing) or ""


def changed(old: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Return what is new or different, and what is gone, with what it is now."""
    now = {name: described(name) for name in names()}
    gone = dict.fromkeys(old.keys() - now.keys(), "")
    return {n: text for n, text in now.items() if old.get(n, ("", ""))[0] != text} | gone


def untold(old: dict[str, tuple[str, str]]) -> list[str]:
    """Return the names whose line is no longer in the changelog."""
    return [name for name, (_, line) in old.items() if line not in _lines(name)]


def read() -> dict[str, tuple[str, str]]:
    """Return what was written down: for each name, how it is used and the changelog's line."""
    entries = FILE.read_text(encoding="utf-8").split("\n\n") if FILE.exists() else []
    found = [entry.strip().partition(f"\n{LINE}") for entry in entries if entry.strip()]
    return {re.match(r"[\w.]+", text)[0]: (text, line) for text, _, line in found}


def news(name: str, before: str) -> str:
    """Return the changelog's line on a name that is not the one from before, or nothing."""
    return next((line for line in _lines(name) if line != before), "")


def write() -> None:
    """Write the API down, or exit and say which changelog lines are missing."""
    old = read()
    new = [*changed(old), *untold(old)]
    lines = {name: news(name, old.get(name, ("", ""))[1]) for name in new}
    silent = [name for name, line in lines.items() if not line]
    if silent:
        sys.exit("docs/changelog.md needs a new line that names\n  " + "\n  ".join(silent))
    kept = {name: line for name, (_, line) in old.items()} | lines
    entries = [f"{described(name)}\n{LINE}{kept[name]}" for name in sorted(names())]
    FILE.write_text("\n\n".join(entries) + "\n", encoding="utf-8")


def _lines(name: str) -> list[str]:
    """Return the digests of the changelog's lines on a name, the newest first."""
    lines = CHANGELOG.read_text(encoding="utf-8").splitlines()
    told = [line for line in reversed(lines) if f"`{name}`" in line]
    return [hashlib.sha256(line.encode()).hexdigest()[:12] for line in told]


def _members(thing: type) -> Iterator[str]:
    """Yield the public members that a class of ours defines itself."""
    for name, member in vars(thing).items():
        if name.startswith("_") and name != "__call__":
            continue
        if isinstance(member, property) or type(member).__name__ == "cached_property":
            yield f"{name}: property"
        elif inspect.isfunction(member) or isinstance(member, staticmethod | classmethod):
            yield name + _signature(getattr(thing, name))
        elif not isinstance(member, type):
            yield f"{name} = {member!r}"


def _signature(thing: object) -> str:
    """Return a signature without what depends on the process, or on where a type is defined."""
    try:
        text = str(inspect.signature(thing))
    except (TypeError, ValueError):
        return ""
    text = re.sub(r"<function (\w+) at \w+>", r"\1", text).replace("'", "")
    return re.sub(r"(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_])", "", text)


if __name__ == "__main__":
    write()
