"""Reading recipes that tests give as text, with the parts of `recipe_parts.py`."""

import tempfile
from pathlib import Path

import pytest

from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.recipe.recipe import Recipe, read_recipe

PARTS = Path(__file__).parent / "recipe_parts.py"
CATALOGUE = load_plugins([PARTS])
MINIMAL = """
dataset = { name = "dots" }
architecture = { name = "tiny" }
loss = { name = "duel" }
"""


def read(text: str, *overrides: str) -> Recipe:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recipe.toml"
        path.write_text(text, encoding="utf-8")
        return read_recipe(path, CATALOGUE, overrides)


def problems(text: str, *overrides: str) -> dict[str, str]:
    """Return the places of all problems of a recipe, with what is said of them."""
    with pytest.raises(GankitError) as caught:
        read(text, *overrides)
    found, place = {}, ""
    for line in caught.value.message.splitlines()[1:]:
        if line.startswith("    "):
            found[place] += line.strip() + "\n"
        else:
            place = line.strip()
            found[place] = ""
    return found
