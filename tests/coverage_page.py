"""The page about what is covered, written from `mission.toml`."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cli_page
import typer
from pages import DOCS, WRITTEN, anchors
from part_pages import cell, link
from shelf import shipped_parts

from gankit.cli import app
from gankit.discovery import part_options
from gankit.discovery.kinds import ALL_KINDS, KINDS
from gankit.discovery.part import Part
from gankit.recipe import optimizers
from gankit.recipe.settings import TRAINING
from gankit.recipe.shipped import shipped_recipes

STATES = ("covered", "in part", "not yet")
ABOUT = """The goal of gankit is to cover everything that five documents about GANs mention, and a
little more. Each line links to what covers it. A test looks up every part, recipe, option, command
and page on this page, so nothing is claimed that does not exist. What is missing is named."""
NOUN_KINDS = {kind.noun: kind.plural for kind in ALL_KINDS.values()} | {"features": "features"}


def mission() -> dict[str, list[dict]]:
    """Return the rows of each section."""
    path = Path(__file__).with_name("mission.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def state(row: dict) -> str:
    """Return whether a row is covered, in part, or not yet."""
    if not row.get("by"):
        return "not yet"
    return "in part" if "lacks" in row else "covered"


def coverage_page() -> dict[str, str]:
    """Return the text of the page by its path."""
    sections = mission()
    rows = [row for found in sections.values() for row in found]
    counts = " · ".join(f"**{sum(state(r) == s for r in rows)}** {s}" for s in STATES)
    head = ["# What is covered", WRITTEN, ABOUT, f"Of {len(rows)} lines: {counts}."]
    tables = ["\n\n".join(_section(title, found)) for title, found in sections.items()]
    return {"docs/coverage.md": "\n\n".join([*head, *tables]) + "\n"}


def shown(claim: str) -> str:
    """Return what covers a row as a link.

    Raises:
        AssertionError: There is no such thing.
    """
    kind, _, name = claim.partition(" ")
    text = _FINDERS[kind](name) if kind in _FINDERS else _part(NOUN_KINDS[kind], name)
    assert text, f"tests/mission.toml claims something that does not exist: {claim}"
    return text


def _section(title: str, rows: list[dict]) -> Iterator[str]:
    yield f"## {title}"
    head = ["| what | state | covered by |", "| --- | --- | --- |"]
    yield "\n".join([*head, *map(_row, rows)])


def _row(row: dict) -> str:
    by = ", ".join(map(shown, row.get("by", [])))
    lacks = row.get("lacks", "all of it")
    words = (row["what"], state(row) + f"; missing: {lacks}" * (lacks != "all of it"), by)
    return f"| {' | '.join(map(cell, words))} |"


@cache
def _parts(kind: str) -> dict[str, Part]:
    if kind in KINDS:
        return {part.name: part for part in shipped_parts(kind)}
    return getattr(optimizers, kind)()


def _part(kind: str, name: str) -> str:
    part = _parts(kind).get(name)
    if part and kind in KINDS:
        return link(part, above="")
    return f"`{name}`" if part else ""


def _recipe(name: str) -> str:
    return f"[`{name}`](gallery/{name}.md)" if name in shipped_recipes() else ""


def _option(name: str) -> str:
    owner, _, option = name.partition(".")
    known = [part for kind in KINDS for n, part in _parts(kind).items() if n == owner]
    known += [TRAINING] if owner == "training" else []
    for part in known:  # a loss and an architecture may have one name
        if option in [p.name for p in part_options.options(part)]:
            page = f"parts/{part.kind}.md#{owner}"
            return f"[`{name}`]({page if part is not TRAINING else 'recipes.md#training'})"
    return ""


def _verb(words: str) -> str:
    verb, *names, option = typer.main.get_command(app), *words.split(), ""
    if names[-1].startswith("--"):
        *names, option = names
    for name in names:
        verb = getattr(verb, "commands", {}).get(name)
    options = [o for p in verb.params for o in p.opts] if verb else []
    there = verb and (not option or option in options)
    return cli_page.link(words) if there else ""


def _page(path: str) -> str:
    name, _, anchor = path.partition("#")
    page = DOCS / name
    if not page.is_file() or (anchor and anchor not in anchors(page)):
        return ""
    title = page.read_text(encoding="utf-8").partition("# ")[2].partition("\n")[0]
    return f"[{title}]({path})"


_FINDERS = {"recipe": _recipe, "option": _option, "verb": _verb, "page": _page}
