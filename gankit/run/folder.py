"""A run is a folder that explains itself."""

import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from gankit.data.dataset import Dataset, DataSpec
from gankit.errors import GankitError

if TYPE_CHECKING:
    from gankit.recipe.recipe import Recipe

RUNS = Path("runs")  # where runs are that were given no other folder


class RunFolder:
    """The places of a run's files.

    Attributes:
        path: The folder; TensorBoard's events are in it, and in a folder in it for each player.
        recipe: The filled recipe, which repeats the run.
        facts: `run.json`: versions, distributions of parts, device, seed, the data's facts.
        history: `history.csv`, a row an epoch.
        scores: `scores.jsonl`, a line for each time that a checkpoint was scored.
        health: `health.jsonl`, a line for each look of the monitors.
        verdicts: `verdicts.jsonl`, a line for each verdict that begins or ends.
        samples: A sheet of samples from fixed noise an epoch.
        checkpoints: What resuming needs.
    """

    def __init__(self, path: Path):
        self.path = path
        self.recipe = path / "recipe.toml"
        self.facts = path / "run.json"
        self.history = path / "history.csv"
        self.scores = path / "scores.jsonl"
        self.health = path / "health.jsonl"
        self.verdicts = path / "verdicts.jsonl"
        self.samples = path / "samples"
        self.checkpoints = path / "checkpoints"

    @classmethod
    def create(cls, name: str, out: Path | None = None) -> "RunFolder":
        """Make the folder of a new run: `out`, or the next free `runs/NAME-1`, `-2`, …

        Raises:
            GankitError: `out` holds files already, or the folder cannot be made.
        """
        try:
            return cls(_empty(out) if out else _next_free(RUNS, name))
        except OSError as error:
            raise GankitError(
                f"the run folder cannot be made: {error}", "choose another with --out FOLDER"
            ) from error

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """Return the folder of a run that there is.

        Raises:
            GankitError: It is none.
        """
        run = cls(path)
        if not (run.recipe.is_file() and run.facts.is_file()):
            beside = (path.parent, path.parent / RUNS)
            near = sorted(str(p.parent) for each in beside for p in each.glob("*/run.json"))
            hint = (
                f"the runs there: {', '.join(near[-5:])}" if near else "gankit run RECIPE makes one"
            )
            raise GankitError(f"{path} is not a run: it has no recipe.toml and run.json", hint)
        return run

    def describe(self, recipe: "Recipe", facts: Mapping) -> None:
        """Write down what is run, and with what."""
        shipped = {part.distribution for part in recipe.parts()} - {""}
        write_text(self.recipe, recipe.to_toml())
        made_with = {**_versions(), "distributions": _installed(sorted(shipped)), **facts}
        write_text(self.facts, _json({**made_with, "data": []}))

    def remove_if_nothing_was_played(self) -> None:
        """Remove a folder that holds no samples and no checkpoint: there is nothing to go on with.

        Only for one that `create` has just made, so that all that is in it is the run's own.
        """
        if not self.samples.exists() and not self.checkpoints.exists():
            shutil.rmtree(self.path)

    def read_facts(self) -> dict:
        """Return what `run.json` says.

        Raises:
            GankitError: It cannot be read.
        """
        try:
            return json.loads(self.facts.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise GankitError(f"{self.facts} cannot be read: {error}") from error

    def plugin_files(self) -> list[str]:
        """Return the plugin files that the run was made with, as its folder says: to be shown only.

        Raises:
            GankitError: `run.json` cannot be read.
        """
        return [str(file) for file in self.read_facts().get("plugins", [])]

    def missing_distributions(self) -> dict[str, tuple[str, str]]:
        """Return the distributions of the run's parts that are not here in the version it had.

        Of each the version that made the run, and that which is here, if any.

        Raises:
            GankitError: `run.json` cannot be read.
        """
        noted = self.read_facts().get("distributions", {})
        here = {name: _version(name) or "" for name in noted}
        return {n: (str(wanted), here[n]) for n, wanted in noted.items() if here[n] != wanted}

    def note_data(self, stage: int, dataset: Dataset) -> None:
        """Write down what data a stage is played on."""
        facts = self.read_facts()
        shapes = dict(dataset.spec.shapes)
        data = {"examples": len(dataset), "classes": list(dataset.classes), "shapes": shapes}
        write_text(self.facts, _json({**facts, "data": [*facts["data"][:stage], data]}))

    def sheets(self) -> dict[int, Path]:
        """Return the sheets of samples by their epoch, in its order."""
        named = {
            path: re.fullmatch(r"epoch-(\d+)\.png", path.name) for path in self.samples.glob("*")
        }
        return dict(sorted((int(epoch[1]), path) for path, epoch in named.items() if epoch))

    def data_specs(self) -> list[DataSpec]:
        """Return the spec of the data of each stage that was begun."""
        return [
            DataSpec(
                {name: tuple(shape) for name, shape in data["shapes"].items()}, len(data["classes"])
            )
            for data in self.read_facts()["data"]
        ]


def write_text(path: Path, text: str) -> None:
    """Write a file aside and rename it, so that it is never seen half-written."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _json(facts: Mapping) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"


def _empty(out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise GankitError(
            f"{out} is not empty, and gankit never overwrites a run",
            f"choose another --out, or go on with it: gankit run --resume {out}",
        )
    return out


def _next_free(parent: Path, name: str) -> Path:
    number = 1
    while True:
        path = parent / f"{name}-{number}"
        try:
            path.mkdir(parents=True)
            return path
        except FileExistsError:
            number += 1


def _versions() -> dict:
    packages = ("gankit", "keras", "tensorflow", "jax", "torch", "numpy", "tensorboard")
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "versions": _installed(packages),
    }


def _installed(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of those packages that are installed."""
    return {name: found for name in packages if (found := _version(name))}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
