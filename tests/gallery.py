"""The pages of the documentation about recipes: a gallery, and a page for each recipe.

To add an image, save it as `docs/images/gallery/NAME.png`, describe the run that made it in
`docs/images/gallery/runs.toml`, and put its curves in `NAME-curves.svg`. `tests/curves.py` makes
image and curves from the folder of a run.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pages import DOCS, WRITTEN
from part_pages import link, linked
from shelf import parts_named_by, sentence

from gankit.discovery.kinds import ALL_KINDS
from gankit.recipe.shipped import described, shipped_recipes

PICTURES = (DOCS / "images/gallery", DOCS / "images")
PAPER = re.compile(r"\(([^()]*(?:19|20)\d\d), arXiv:([\d.]+)\)")
ABOUT = (
    "The recipes that come with gankit, and what they drew. The page of a recipe has the commands "
    "to run it, its file and its curves. Minutes are for two CPU cores."
)
NOT_YET = "There is no image yet: nobody has trained this recipe to its end."


MORE = {  # images of some recipes: NAME-SUFFIX.png, how it came about, and what it shows
    "truncation": (
        "From fidelity to variety, by `gankit sample --truncation`",
        "samples with the noise bounded by 0.1, 0.5 and 1, and with all of it",
    ),
    "attributes": (
        "Samples of the same noise in each column, by `gankit sample --where`",
        "a row for each choice of attributes",
    ),
    "stages": (
        "Samples of the same noise in the same places",
        "the end of each stage, of 8, 16, 32 and 64 pixels",
    ),
}


def gallery_pages() -> dict[str, str]:
    """Return the text of each page by its path."""
    pages = {f"docs/gallery/{name}.md": _page(name) for name in ordered()}
    return {"docs/gallery/index.md": _index(), **pages}


def ordered() -> list[str]:
    """Return the names of all recipes: those of `runs.toml` in its order, then the others."""
    known = [name for name in _entries() if name in shipped_recipes()]
    return [*known, *(name for name in shipped_recipes() if name not in known)]


def title(name: str) -> str:
    """Return what people call a recipe."""
    return _entries().get(name, {}).get("title", name)


def runs() -> dict[str, str]:
    """Return a description of the run behind each image, by the name of the recipe."""
    return {name: entry["run"] for name, entry in _entries().items() if "run" in entry}


@cache
def _entries() -> dict[str, dict[str, str]]:
    return tomllib.loads((PICTURES[0] / "runs.toml").read_text(encoding="utf-8"))


def image(name: str) -> Path | None:
    """Return the image with the samples of a recipe, if there is one."""
    return next((path for f in PICTURES if (path := f / f"{name}.png").is_file()), None)


def _index() -> str:
    cards = "\n\n".join(_card(name) for name in ordered())
    grid = f'<div class="grid cards gallery" markdown>\n\n{cards}\n\n</div>'
    return "\n\n".join(["---\nhide: [toc]\n---\n\n# Gallery", WRITTEN, ABOUT, grid]) + "\n"


def _card(name: str) -> str:
    """Return an item of a list: the image, the title, and the paper, data set and minutes."""
    shown = f"[{_image(name)}]({name}.md)" if image(name) else "*no image yet*"
    paper = PAPER.search(sentence(name))
    cited = [f"[{paper[1]}](https://arxiv.org/abs/{paper[2]})"] if paper else []
    about = "<br>\n    ".join([*cited, " · ".join(_facts(name))])
    return "-   " + "\n\n    ".join([shown, f"**[{title(name)}]({name}.md)**", about])


def _facts(name: str) -> Iterator[str]:
    """Yield the data set of a recipe, and its minutes where they are known."""
    about = described(name, shipped_recipes()[name])
    yield f"`{about.dataset}` {about.size}".rstrip()
    if minutes := _entries().get(name, {}).get("minutes"):
        yield f"{minutes}\N{NO-BREAK SPACE}min"


def _page(name: str) -> str:
    head = [f"# {title(name)}", WRITTEN, f"Recipe `{name}`: {_what(name)}"]
    return "\n\n".join([*head, *_drawn(name), *_recipe(name)]) + "\n"


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
        what = "Losses, accuracies and the first score of this run over the epochs"
        yield f"![{what}](../images/gallery/{curves.name})"
    for suffix, (told, what) in MORE.items():
        picture = PICTURES[0] / f"{name}-{suffix}.png"
        if picture.is_file():
            yield f"{told}: {what}."
            yield f"![{what.capitalize()}](../images/gallery/{picture.name})"


def _image(name: str) -> str:
    return f"![Samples of {name}](../{image(name).relative_to(DOCS).as_posix()})"


def _recipe(name: str) -> Iterator[str]:
    own = " --data my_images" * (described(name, shipped_recipes()[name]).dataset == "folder")
    yield "## Run it"
    yield _shell(f"gankit run {name}{own}", f"gankit score runs/{name}-1")
    yield "Or copy the recipe and change it:"
    yield _shell(f"gankit new recipe {name}", f"gankit check {name}.toml{own}")
    yield "## The recipe"
    yield f'```toml title="recipes/{name}.toml"\n--8<-- "recipes/{name}.toml"\n```'
    yield "## Parts"
    rows = [
        f"| {ALL_KINDS[p.kind].noun} | {link(p)} | {linked(p.summary)} |"
        for p in parts_named_by(name)
    ]
    yield "\n".join(["| kind | name | what it is |", "| --- | --- | --- |", *rows])


def _shell(*commands: str) -> str:
    return "\n".join(["```bash", *commands, "```"])
