"""What the documentation tells of what there is; `python tests/tables.py` writes it.

Tables on pages that people write, and whole pages: a page a kind of part, a page a recipe, the
commands, and what is covered of the mission.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from types import ModuleType

import api
import cli_page
from coverage_page import coverage_page
from gallery import gallery_pages, ordered, title
from pages import DOCS, ROOT
from part_pages import cell, link, part_pages
from shelf import sentence, shipped_parts

import gankit
from gankit import hookspecs
from gankit.discovery.docstring import summary
from gankit.discovery.kinds import KINDS, METRIC_INPUTS
from gankit.discovery.part import Part
from gankit.game.stabilizer import Stabilizer
from gankit.recipe.shipped import shipped_recipes
from gankit.scoring.metric import SAMPLES

Rows = list[str]


def tables() -> dict[tuple[str, str], Rows]:
    """Return the rows of each table by its page and heading."""
    parts = {kind: found for kind in KINDS if (found := shipped_parts(kind))}
    return {
        ("README.md", "What is in the box"): _box(parts),
        ("docs/plugin.md", "The hooks"): _hooks(),
        ("docs/plugins/metrics.md", "What it may ask for"): _described(METRIC_INPUTS),
        ("docs/plugins/metrics.md", "Known answers"): _described(SAMPLES),
        ("docs/plugins/stabilizers.md", "The seams"): _seams(),
        ("docs/reference.md", "Command line"): _verbs(),
        ("docs/reference.md", "Python"): _names(),
        ("docs/recipes.md", "Recipes that come with gankit"): _recipes(),
        **{("docs/parts.md", kind.capitalize()): _linked(parts[kind]) for kind in parts},
    }


def pages() -> dict[str, str]:
    """Return the text of each page that is written as a whole, by its path."""
    return part_pages() | gallery_pages() | cli_page.cli_page() | coverage_page()


def navigation() -> str:
    """Return the text of mkdocs.yml with the pages of the gallery, by their titles."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = {"Gallery": "index", **{title(name): name for name in ordered()}}
    lines = [f'      - "{name}": gallery/{page}.md\n' for name, page in pages.items()]
    return re.sub(r"(?: +- .*gallery/.*\n)+", "".join(lines), text, count=1)


def rows(page: str, heading: str) -> Rows:
    """Return the rows of the first table below a heading, without its head."""
    found: list[Rows] = []
    _edit(page, heading, lambda old: found.append(old) or old)
    return found[0]


def main() -> None:
    """Write all of them."""
    for (page, heading), new in tables().items():
        (ROOT / page).write_text(_edit(page, heading, lambda _, new=new: new), encoding="utf-8")
    for folder in ("parts", "gallery"):
        for page in (DOCS / folder).glob("*.md"):
            page.unlink()
    for page, text in pages().items():
        (ROOT / page).parent.mkdir(exist_ok=True)
        (ROOT / page).write_text(text, encoding="utf-8")
    (ROOT / "mkdocs.yml").write_text(navigation(), encoding="utf-8")


def _box(parts: dict[str, list[Part]]) -> Rows:
    names = {"recipes": list(shipped_recipes())}
    names |= {kind: [part.name for part in found] for kind, found in parts.items()}
    box = [_row(kind, ", ".join(f"`{name}`" for name in found)) for kind, found in names.items()]
    return [*box, _row("optimizers, schedules", "all that Keras has")]


def _hooks() -> Rows:
    hooks = {kind: getattr(hookspecs, f"gankit_{kind}") for kind in KINDS}
    return [_row(f"[`{h.__name__}`](plugins/{k}.md)", summary(h.__doc__)) for k, h in hooks.items()]


def _described(things: dict[str, str]) -> Rows:
    return [_row(f"`{name}`", what) for name, what in things.items()]


def _seams() -> Rows:
    seams = [(name, seam) for name, seam in vars(Stabilizer).items() if inspect.isfunction(seam)]
    return [_row(f"`{name}{_arguments(s)}`", cell(summary(s.__doc__))) for name, s in seams]


def _verbs() -> Rows:
    return [_row(cli_page.link(name), summary(v.help)) for name, v in cli_page.verbs().items()]


def _names() -> Rows:
    page = (DOCS / "reference.md").read_text(encoding="utf-8")
    rows = []
    for name in gankit.__all__:
        thing = getattr(gankit, name)
        there = f"\n::: gankit.{name}\n" in page and not isinstance(thing, ModuleType)
        called = f"[`gankit.{name}`](#gankit.{name})" if there else f"`gankit.{name}`"
        rows.append(_row(called, cell(summary(api.about(thing)))))
    return rows


def _recipes() -> Rows:
    return [_row(f"[`{name}`](gallery/{name}.md)", sentence(name)) for name in shipped_recipes()]


def _linked(parts: Iterable[Part]) -> Rows:
    return [_row(link(part, above=""), part.summary) for part in parts]


def _arguments(seam: Callable) -> str:
    """Return the names of what a method is given."""
    return f"({', '.join(list(inspect.signature(seam).parameters)[1:])})"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _edit(page: str, heading: str, change: Callable[[Rows], Rows]) -> str:
    """Return the text of a page with the rows of the first table below a heading changed."""
    text = (ROOT / page).read_text(encoding="utf-8")
    above, found, below = text.partition(f"\n## {heading}\n")
    head, old, rest = re.split(r"^\| --- .*\n((?:\|.*\n)*)", below, maxsplit=1, flags=re.MULTILINE)
    rule = below[len(head) :].split("\n", 1)[0]
    new = "".join(f"{row}\n" for row in change(old.splitlines()))
    return f"{above}{found}{head}{rule}\n{new}{rest}"


if __name__ == "__main__":
    main()
