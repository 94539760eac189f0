"""The pages of the documentation about parts, a page a kind, written from the catalogue."""

import inspect
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pages import WRITTEN
from shelf import SECTIONS, parts_named_by, shipped_parts

import gankit
from gankit.cli.option_words import default_in_words, type_in_words
from gankit.cli.show import snippet
from gankit.discovery import docstring, part_options
from gankit.discovery.kinds import KINDS, METRIC_INPUTS
from gankit.discovery.part import Part
from gankit.game.stabilizer import Stabilizer
from gankit.recipe.shipped import shipped_recipes

PURPOSES = tomllib.loads(Path(__file__).with_name("purposes.toml").read_text(encoding="utf-8"))
CHAPTERS = re.compile(r"^(Args|Attributes|Example|Raises|References?|Returns):$", re.MULTILINE)
LISTED = ("stabilizers", "metrics", "monitors")
ARXIV = re.compile(r"arXiv:\s?(\d{4}\.\d{4,5})")
SHOWN = "`gankit show NAME` prints a summary and the options."


def part_pages() -> dict[str, str]:
    """Return the text of each page by its path."""
    return {f"docs/parts/{kind}.md": _page(kind) for kind in KINDS}


def link(part: Part, above: str = "../") -> str:
    """Return the link to a part from a page in another folder of the docs."""
    return f"[`{part.name}`]({above}parts/{part.kind}.md#{part.name})"


def cell(text: str) -> str:
    """Return a text as a cell of a table."""
    return " ".join(text.replace("|", "\\|").split())


def linked(text: str) -> str:
    """Return a text whose papers on arXiv are links."""
    return ARXIV.sub(r"[arXiv:\1](https://arxiv.org/abs/\1)", text)


def _page(kind: str) -> str:
    parts = shipped_parts(kind)
    head = [f"# {kind.capitalize()}", WRITTEN, _where(kind), _by_purpose(kind)]
    return "\n\n".join([*head, *(text for part in parts for text in _of_part(part))]) + "\n"


def _where(kind: str) -> str:
    """Return how a recipe or the command line names parts of a kind."""
    if kind == "features":
        how = "`--features NAME` of `gankit score`, or `features` in `[scoring]`"
        return f"{how}: see [Scores](../scores.md#features). {SHOWN}"
    section = SECTIONS[kind] if kind not in LISTED else f"[{SECTIONS[kind]}]"
    how = f"A [recipe](../recipes.md) names them in `[{section}]`, with their options."
    return f"{how} {SHOWN}"


def _by_purpose(kind: str) -> str:
    rows = [
        f"| {purpose} | {' · '.join(f'[`{name}`](#{name})' for name in names)} |"
        for purpose, names in PURPOSES[kind].items()
    ]
    return "\n".join([f"| purpose | {kind} |", "| --- | --- |", *rows])


def _of_part(part: Part) -> Iterator[str]:
    about = part.load().__doc__
    yield f"## `{part.name}`"
    yield linked(_body(about))
    yield from _formulas(part)
    yield from _options(part)
    yield from _snippet(part)
    yield from _titled("Asks for", _asked(part))
    yield from _titled("Paper", [linked(_papers(about))])
    yield from _titled("Seams", _seams(part))
    yield from _titled("Recipes", (f"[`{n}`](../gallery/{n}.md)" for n in _users(part)))


def _body(about: str) -> str:
    """Return a docstring up to its first section."""
    return CHAPTERS.split(inspect.cleandoc(about), maxsplit=1)[0].strip()


def _formulas(part: Part) -> Iterator[str]:
    """Yield what each player of an adversarial loss minimises."""
    if part.kind == "losses" and issubclass(loss := part.load(), gankit.AdversarialLoss):
        pays = {name: docstring.summary(getattr(loss, name).__doc__) for name in loss.players}
        lines = (f"- The {name} minimises {p.removeprefix('Return ')}" for name, p in pays.items())
        yield "\n".join(lines)


def _options(part: Part) -> Iterator[str]:
    if options := _described(part):
        rows = [_option(name, option) for name, option in options.items()]
        head = ["| option | type; default | meaning |", "| --- | --- | --- |"]
        yield "\n".join([*head, *rows])


def _described(part: Part) -> dict[str, dict]:
    """Return the JSON schema of each option."""
    properties = part_options.json_schema(part_options.model(part))["properties"]
    return {name: option for name, option in properties.items() if name != "name"}


def _option(name: str, option: dict) -> str:
    default = f"{type_in_words(option)}; {default_in_words(option)}"
    words = (default, option.get("description", ""))
    return f"| `{name}` | {linked(' | '.join(map(cell, words)))} |"


def _snippet(part: Part) -> Iterator[str]:
    """Yield how a recipe names a part, with its defaults."""
    yield "\n".join(["```toml", *snippet(part, _described(part)), "```"])


def _titled(title: str, found: Iterable[str]) -> Iterator[str]:
    line = " · ".join(found)
    if line:
        yield f"**{title}:** {line}"


def _asked(part: Part) -> list[str]:
    """Return what a metric asks for."""
    if part.kind != "metrics":
        return []
    return [f"`{name}`" for name in METRIC_INPUTS if part_options.takes(part, name)]


def _papers(about: str) -> str:
    """Return the lines of a reference as one, and what else is on arXiv after it."""
    lines = docstring.papers(about)
    return " ".join(f"· {x}" if n and ARXIV.fullmatch(x) else x for n, x in enumerate(lines))


def _seams(part: Part) -> list[str]:
    """Return the methods by which a stabilizer changes the game."""
    if part.kind != "stabilizers":
        return []
    seams = [(name, seam) for name, seam in vars(Stabilizer).items() if inspect.isfunction(seam)]
    changed = [name for name, seam in seams if getattr(part.load(), name) is not seam]
    return [f"`{name}`" for name in changed if name not in ("prepare", "incompatibilities")]


def _users(part: Part) -> list[str]:
    return [name for name in shipped_recipes() if part in _named(name)]


@cache
def _named(recipe: str) -> list[Part]:
    return parts_named_by(recipe)
