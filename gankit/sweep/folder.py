"""The folder of a sweep: what it was asked for, its study, and the runs of its trials."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from gankit.errors import GankitError
from gankit.files import aside, read, write, written
from gankit.messages import listed, plugin_words
from gankit.recipe import toml
from gankit.run.folder import RUNS, RunFolder

NAME = "sweep.json"
Sampler = Literal["tpe", "random"]
Model = TypeVar("Model", bound=BaseModel)


class Facts(BaseModel):
    """What a sweep was asked for.

    Args:
        recipe: The name of the recipe.
        folder: The name of the folder in the study, which tells its trials from those of others.
        digest: Of the recipe, the space and the sampler: the same command has the same digest.
        trials: The number of trials.
        sampler: How Optuna chooses.
        backend: The backend that trains.
        storage: The URL of the study, without password; None for a journal in the folder.
        plugins: Plugin files of the recipe.
    """

    recipe: str
    folder: str
    digest: str
    trials: int
    sampler: Sampler
    backend: Literal["tensorflow", "jax", "torch"]
    storage: str | None = None
    plugins: Sequence[str] = ()

    @property
    def study(self) -> str:
        """The name of the study, the same wherever the same command is typed."""
        return f"{self.recipe}-{self.digest[:12]}"


class SweepFolder:
    """The files of a sweep.

    Attributes:
        path: The folder; `trial-0`, `trial-1`, … in it are runs.
        recipe: The recipe that is varied.
        space: What varies.
        journal: The study, if it is in no other storage.
    """

    def __init__(self, path: Path):
        self.path = path
        self.recipe = path / "recipe.toml"
        self.space = path / "space.toml"
        self.journal = path / "study.log"

    @classmethod
    def find_or_create(
        cls, facts: Facts, recipe: Mapping[str, Any], space: str, out: Path | None
    ) -> "SweepFolder":
        """Return the folder of the sweep with this digest, a new one if there is none.

        Args:
            facts: What the sweep is asked for.
            recipe: The table of its recipe.
            space: The text of its space.
            out: The folder; the next free `runs/RECIPE-sweep-1`, `-2`, … by default.

        Raises:
            GankitError: `out` is something else, or cannot be written.
        """
        number = 1
        while True:
            made = cls(out or RUNS / f"{facts.recipe}-sweep-{number}")
            if made.exists and made.facts().digest == facts.digest:
                return made
            if not made.path.exists() or not any(made.path.iterdir()):
                made._create(facts, recipe, space)
            elif out:
                raise GankitError(f"{out} is not empty, and not this sweep", "choose another --out")
            else:
                number += 1

    @classmethod
    def open(cls, path: Path) -> "SweepFolder":
        """Return the folder of an existing sweep.

        Raises:
            GankitError: It is none.
        """
        folder = cls(path)
        if not folder.exists:
            message = f"{path} is not a sweep: it has no {NAME}"
            raise GankitError(message, "gankit sweep RECIPE --space SPACE.toml makes one")
        return folder

    @property
    def exists(self) -> bool:
        """Whether it is a sweep."""
        return (self.path / NAME).is_file()

    def facts(self) -> Facts:
        """Return what the sweep was asked for.

        Raises:
            GankitError: It cannot be read.
        """
        return read_facts(self.path / NAME, Facts)

    def note(self, facts: Facts) -> None:
        """Write what the sweep is asked for now."""
        write_facts(self.path / NAME, facts)

    def run(self, number: int) -> RunFolder:
        """Return the run of a trial."""
        return RunFolder(self.path / f"trial-{number}")

    def best(self, rank: int) -> Path:
        """Return the recipe of the best trial, the second best, …"""
        return self.path / f"best-{rank}.toml"

    def _create(self, facts: Facts, recipe: Mapping[str, Any], space: str) -> None:
        """Make the folder with all its files at once, unless another process does so first."""
        with written(self.path, "choose another folder with --out"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with aside(self.path) as partial:
                    partial.mkdir()
                    made = SweepFolder(partial)
                    made.note(facts)
                    write(made.recipe, toml.write(recipe))
                    write(made.space, space)
            except OSError:
                if not self.exists:
                    raise


def read_facts(path: Path, kind: type[Model]) -> Model:
    """Return what a file of facts says.

    Raises:
        GankitError: It cannot be read.
    """
    try:
        return kind.model_validate_json(read(path))
    except ValidationError as error:
        raise GankitError(f"{path} is damaged: {error.errors()[0]['msg']}") from error


def write_facts(path: Path, facts: BaseModel) -> None:
    """Write facts as JSON."""
    write(path, facts.model_dump_json(indent=2) + "\n")


def digest(recipe: Mapping[str, Any], space: Mapping[str, Any], sampler: Sampler) -> str:
    """Return the digest of what is swept, and how."""
    text = json.dumps([recipe, space, sampler], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def leaves(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield ranges and choices by dotted keys; a space may also be written as nested tables."""
    for key, value in table.items():
        if isinstance(value, Mapping) and value and not value.keys() & {"low", "high"}:
            yield from leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def short(key: str, keys: Iterable[str]) -> str:
    """Return the last word of a key, after those that keys with the same last word lack."""
    *above, last = key.split(".")
    alike = [other.split(".") for other in keys if other.rpartition(".")[2] == last]
    own = [word for word in above if not all(word in other for other in alike)]
    return ".".join([*(own or above[-1:] * (last == "name")), last])


def check_plugins(folder: Path, named: Sequence[str], given: Iterable[Path]) -> None:
    """Raise an error if a folder, maybe a stranger's, names plugin files that nobody gave.

    Raises:
        GankitError: It does, so that they must be given.
    """
    loaded = {Path(path).resolve() for path in given}
    missing = [file for file in named if Path(file).resolve() not in loaded]
    if missing:
        raise GankitError(
            f"{folder} was made with {listed(missing)}; gankit executes no file because a folder "
            "names it",
            f"if you trust the content, add {plugin_words(missing)}",
        )
