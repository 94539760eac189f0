"""The recipes that come with gankit."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

_CITATION = re.compile(r" \([^()]*arXiv[^()]*\)")
_SIZE = re.compile(r"\d+×\d+")


@dataclass(frozen=True)
class Shipped:
    """What a recipe is, as its first line and its dataset say.

    Args:
        name: Its name.
        summary: One sentence, without the citation.
        dataset: The name of its dataset.
        size: The size of its images, such as `32×32`; empty for points.
        time: How long it takes.
    """

    name: str
    summary: str
    dataset: str
    size: str
    time: str


def shipped_recipes() -> dict[str, Path]:
    """Return their files by name: in a wheel they are inside the package, in a checkout beside."""
    package = Path(__file__).parents[1]
    folders = (package / "recipes", package.parent / "recipes")
    folder = next((folder for folder in folders if folder.is_dir()), folders[0])
    paths = sorted(folder.rglob("*.toml"))
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in paths}


def recipe_file(recipe: Path) -> Path:
    """Return the file of a recipe: this one, or else the shipped recipe of that name."""
    return recipe if recipe.is_file() else shipped_recipes().get(recipe.as_posix(), recipe)


def described(name: str, path: Path) -> Shipped:
    """Return what a shipped recipe is."""
    text = path.read_text(encoding="utf-8")
    sentence = _CITATION.sub("", text.partition("\n")[0].removeprefix("#").strip())
    summary, _, time = sentence.rstrip(".").rpartition(": ")
    sizes = _SIZE.findall(summary)
    dataset = tomllib.loads(text)["dataset"]["name"]
    return Shipped(name, summary, dataset, sizes[-1] if sizes else "", time)
