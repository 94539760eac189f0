"""The pages of the documentation about recipes: a gallery, and a page a recipe.

A image is added by its file, `docs/images/gallery/NAME.png`, and a line about the run that made
it in `docs/images/gallery/runs.toml`; curves of the run are beside it in `NAME-curves.svg`.
`tests/curves.py` makes both of a run's folder.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pages import DOCS, WRITTEN
from part_pages import link, linked
from shelf import parts_named_by, sentence

from gankit.discovery.kinds import ALL_KINDS
from gankit.recipe.shipped import shipped_recipes

PICTURES = (DOCS / "images/gallery", DOCS / "images")
NOT_YET = (
    "Nobody has trained this recipe to its end and kept the image yet. The tests play its first "
    "steps, made small."
)


def gallery_pages() -> dict[str, str]:
    """Return the text of each page by its path."""
    pages = {f"docs/gallery/{name}.md": _page(name) for name in shipped_recipes()}
    return {"docs/gallery/index.md": _index(), **pages}


def runs() -> dict[str, str]:
    """Return what is known of the run that made a recipe's image, by the recipe's name."""
    return tomllib.loads((PICTURES[0] / "runs.toml").read_text(encoding="utf-8"))


def image(name: str) -> Path | None:
    """Return the image of a recipe's samples, if there is one."""
    return next((path for f in PICTURES if (path := f / f"{name}.png").is_file()), None)


def _index() -> str:
    found = [name for name in shipped_recipes() if image(name)]
    rest = [name for name in shipped_recipes() if name not in found]
    about = (
        "The recipes that come with gankit, each on a page with its file, its parts and, where "
        f"somebody has trained it, what it drew: {len(found)} of "
        f"{len(found) + len(rest)} so far."
    )
    shown = [f"## [{n}]({n}.md)\n\n{_what(n)}\n\n{_image(n)}{{ width=384 }}" for n in found]
    rows = ["| recipe | what it is |", "| --- | --- |"]
    rows += [f"| [`{name}`]({name}.md) | {_what(name)} |" for name in rest]
    waiting = ["## Not drawn yet", "\n".join(rows)] if rest else []
    return "\n\n".join(["# Gallery", WRITTEN, about, *shown, *waiting]) + "\n"


def _page(name: str) -> str:
    return "\n\n".join([f"# {name}", WRITTEN, _what(name), *_drawn(name), *_recipe(name)]) + "\n"


def _what(name: str) -> str:
    return linked(sentence(name))


def _drawn(name: str) -> Iterator[str]:
    if not image(name):
        yield NOT_YET
        return
    yield _image(name)
    yield runs()[name]
    curves = PICTURES[0] / f"{name}-curves.svg"
    if curves.is_file():
        what = "Losses, accuracies and the first score of this run by epochs"
        yield f"![{what}](../images/gallery/{curves.name})"


def _image(name: str) -> str:
    return f"![Samples of {name}](../{image(name).relative_to(DOCS).as_posix()})"


def _recipe(name: str) -> Iterator[str]:
    yield "## Run it"
    yield _shell(f"gankit run recipes/{name}.toml", f"gankit score runs/{name}-1")
    yield "Or take a copy, and change it:"
    yield _shell(f"gankit new recipe {name}", f"gankit check {name}.toml")
    yield "## The recipe"
    yield f'```toml title="recipes/{name}.toml"\n--8<-- "recipes/{name}.toml"\n```'
    yield "## Its parts"
    rows = [
        f"| {ALL_KINDS[p.kind].noun} | {link(p)} | {linked(p.summary)} |"
        for p in parts_named_by(name)
    ]
    yield "\n".join(["| kind | name | what it is |", "| --- | --- | --- |", *rows])


def _shell(*commands: str) -> str:
    return "\n".join(["```bash", *commands, "```"])
