"""The tables of the documentation that tell what there is; `python tests/tables.py` writes them."""

import inspect
import re
from collections.abc import Callable, Iterable

from pages import ROOT

from gankit import hookspecs
from gankit.docstring import summary
from gankit.part import KINDS, Part
from gankit.plugins import load_plugins
from gankit.shipped import shipped_recipes

Rows = list[str]


def tables() -> dict[tuple[str, str], Rows]:
    """Return the rows of each table by its page and heading."""
    parts = {kind: found for kind in KINDS if (found := shipped_parts(kind))}
    return {
        ("README.md", "What is in the box"): _box(parts),
        ("docs/plugin.md", "The hooks"): _hooks(),
        ("docs/recipes.md", "Recipes that come with gankit"): _recipes(),
        **{("docs/parts.md", kind.capitalize()): _summaries(parts[kind]) for kind in parts},
    }


def shipped_parts(kind: str) -> list[Part]:
    """Return the parts of a kind that come with gankit, by name."""
    plugins = [plugin for plugin in load_plugins().plugins if plugin.distribution == "gankit"]
    parts = [part for plugin in plugins for part in plugin.parts if part.kind == kind]
    return sorted(parts, key=lambda part: part.name)


def rows(page: str, heading: str) -> Rows:
    """Return the rows of the first table below a heading, without its head."""
    found: list[Rows] = []
    _edit(page, heading, lambda old: found.append(old) or old)
    return found[0]


def main() -> None:
    """Write all of them."""
    for (page, heading), new in tables().items():
        (ROOT / page).write_text(_edit(page, heading, lambda _, new=new: new), encoding="utf-8")


def _box(parts: dict[str, list[Part]]) -> Rows:
    names = {"recipes": list(shipped_recipes())}
    names |= {kind: [part.name for part in found] for kind, found in parts.items()}
    box = [_row(kind, ", ".join(f"`{name}`" for name in found)) for kind, found in names.items()]
    return [*box, _row("optimizers, schedules", "all of Keras")]


def _hooks() -> Rows:
    hooks = [getattr(hookspecs, f"gankit_{kind}") for kind in KINDS]
    return [_row(f"`{h.__name__}{_arguments(h)}`", summary(h.__doc__)) for h in hooks]


def _recipes() -> Rows:
    lines = {
        name: path.read_text("utf-8").split("\n")[0] for name, path in shipped_recipes().items()
    }
    return [_row(f"`{name}`", line.removeprefix("# ")) for name, line in lines.items()]


def _summaries(parts: Iterable[Part]) -> Rows:
    return [_row(f"`{part.name}`", part.summary) for part in parts]


def _arguments(hook: Callable) -> str:
    return str(inspect.signature(hook).replace(return_annotation=inspect.Signature.empty))


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
