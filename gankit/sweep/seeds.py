"""One recipe over seeds: a run for each, in one folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from gankit.files import write
from gankit.recipe import toml
from gankit.run.folder import RunFolder
from gankit.sweep.folder import read_facts, write_facts

NAME = "seeds.json"


class Facts(BaseModel):
    """What is played.

    Args:
        seeds: The seed of each run.
        backend: The backend that trains.
        plugins: Plugin files of the recipe.
    """

    seeds: list[int]
    backend: Literal["tensorflow", "jax", "torch"]
    plugins: Sequence[str] = ()


class SeedsFolder:
    """The files of a recipe over seeds.

    Attributes:
        path: The folder; `seed-0`, `seed-1`, … in it are runs.
        recipe: The recipe, whatever its seed.
    """

    def __init__(self, path: Path):
        self.path = path
        self.recipe = path / "recipe.toml"

    @property
    def exists(self) -> bool:
        """Whether the folder is one of these."""
        return (self.path / NAME).is_file()

    def describe(self, recipe: Mapping[str, Any], facts: Facts) -> None:
        """Write what is to be played."""
        write(self.recipe, toml.write(recipe))
        self.note(facts)

    def note(self, facts: Facts) -> None:
        """Write which seeds are to be played."""
        write_facts(self.path / NAME, facts)

    def facts(self) -> Facts:
        """Return what is to be played.

        Raises:
            GankitError: It cannot be read.
        """
        return read_facts(self.path / NAME, Facts)

    def runs(self) -> dict[int, RunFolder]:
        """Return the run of each seed."""
        return {seed: RunFolder(self.path / f"seed-{seed}") for seed in self.facts().seeds}
