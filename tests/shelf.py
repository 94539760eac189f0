"""What comes with gankit: its parts, its recipes, and which of these name which of those."""

import tomllib
from itertools import takewhile

from gankit.discovery.part import Part
from gankit.discovery.plugins import load_plugins
from gankit.recipe.shipped import shipped_recipes

SECTIONS = {
    "datasets": "dataset",
    "architectures": "architecture",
    "losses": "loss",
    "stabilizers": "stabilizers",
    "metrics": "metrics",
    "monitors": "monitors",
}


def shipped_parts(kind: str) -> list[Part]:
    """Return the parts of a kind that come with gankit, by name."""
    plugins = [plugin for plugin in load_plugins().plugins if plugin.distribution == "gankit"]
    parts = [part for plugin in plugins for part in plugin.parts if part.kind == kind]
    return sorted(parts, key=lambda part: part.name)


def parts_named_by(recipe: str) -> list[Part]:
    """Return the parts that a recipe names, in its order, each once."""
    table = tomllib.loads(shipped_recipes()[recipe].read_text("utf-8"))
    tables = [table, *table.get("stages", [])]
    named = [(kind, name) for table in tables for kind in SECTIONS for name in _names(table, kind)]
    known = {(part.kind, part.name): part for kind in SECTIONS for part in shipped_parts(kind)}
    return [known[key] for key in dict.fromkeys(named)]


def sentence(recipe: str) -> str:
    """Return what the comment that a recipe begins with says that it is."""
    lines = shipped_recipes()[recipe].read_text("utf-8").splitlines()
    about = [line.removeprefix("# ") for line in takewhile(lambda x: x.startswith("#"), lines)]
    last = next((n for n, line in enumerate(about) if line.endswith(".")), 0)
    return " ".join(about[: last + 1])


def _names(table: dict, kind: str) -> list[str]:
    section = table.get(SECTIONS[kind], [])
    sections = section if isinstance(section, list) else [section]
    return [section["name"] for section in sections if "name" in section]
