"""The folder of a run, which explains itself."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gankit.data.dataset import Dataset, DataSpec
from gankit.errors import GankitError
from gankit.files import is_aside, read, refuse_links, write, written
from gankit.messages import cut, plugin_words, typed
from gankit.run import lock
from gankit.run.facts_model import Facts
from gankit.run.versions import installed, now, version

if TYPE_CHECKING:
    from gankit.recipe.recipe import Recipe

RUNS = Path("runs")  # the folder of runs by default
BEGINNING = {lock.NAME, "run.json"}  # what a run has before its recipe; it can begin again


class RunFolder:
    """The files of a run.

    Attributes:
        path: The folder; it has TensorBoard's events, and a folder of events for each player.
        recipe: The filled recipe, which repeats the run.
        facts: `run.json`: versions, distributions of parts, device, seed, facts about the data.
        history: `history.csv`, a row for each epoch.
        scores: `scores.jsonl`, a line for each scoring of a checkpoint.
        ensembles: `ensembles.jsonl`, a line for each scoring of an ensemble that it leads.
        health: `health.jsonl`, a line for each look of the monitors.
        verdicts: `verdicts.jsonl`, a line for each verdict that begins or ends.
        real: A sheet of real examples.
        samples: The sheets of samples, one for each epoch that was sampled.
        checkpoints: What resuming needs.
    """

    def __init__(self, path: Path):
        self.path = path
        self.recipe = path / "recipe.toml"
        self.facts = path / "run.json"
        self.history = path / "history.csv"
        self.scores = path / "scores.jsonl"
        self.ensembles = path / "ensembles.jsonl"
        self.health = path / "health.jsonl"
        self.verdicts = path / "verdicts.jsonl"
        self.samples = path / "samples"
        self.real = self.samples / "real.png"
        self.checkpoints = path / "checkpoints"

    @classmethod
    def create(cls, name: str, out: Path | None = None) -> "RunFolder":
        """Make the folder of a new run: `out`, or the next free `runs/NAME-1`, `-2`, …

        Raises:
            GankitError: `out` is not empty, or the folder cannot be made.
        """
        with written(out or RUNS / name, "choose another folder with --out FOLDER"):
            return cls(_empty(out) if out else _next_free(RUNS, name))

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """Return the folder of an existing run.

        Raises:
            GankitError: It is not a run.
        """
        run = cls(path)
        if path.is_dir():
            refuse_links(path)
        if not run.exists:
            if (path / lock.NAME).is_file() and _only_begun(path):
                raise GankitError(
                    f"{path} was stopped before training began: there is nothing to resume",
                    f"start it again: gankit run RECIPE --out {typed(path)}",
                )
            parents = (path.parent, path.parent / RUNS)
            near = sorted(str(p.parent) for each in parents for p in each.glob("*/run.json"))
            runs = f"the runs there: {', '.join(near[-5:])}"
            hint = runs if near else "gankit run RECIPE makes one"
            raise GankitError(f"{path} is not a run: it has no recipe.toml and run.json", hint)
        return run

    @property
    def exists(self) -> bool:
        """Whether the folder is a run, which can be resumed."""
        return self.recipe.is_file() and self.facts.is_file()

    def describe(self, recipe: "Recipe", facts: Mapping[str, Any]) -> None:
        """Write the recipe and the facts of a run."""
        shipped = {part.distribution for part in recipe.parts()} - {""}
        found = {**now(), "distributions": installed(sorted(shipped)), **facts, "data": []}
        self._write_facts(found)
        self.write_recipe(recipe.to_toml())

    def write_recipe(self, text: str) -> None:
        """Write the recipe, and its digest; killed in between, the run has one of the two."""
        facts, new = self.read_facts(), _digest(text)
        facts.pop("next_recipe_sha256", None)
        self._write_facts({**facts, "next_recipe_sha256": new})
        write(self.recipe, text)
        self._write_facts({**facts, "recipe_sha256": new})

    def check_recipe(self) -> None:
        """Raise an error if `recipe.toml` is not as the run wrote it.

        Raises:
            GankitError: It has changed, so the run would go on as another one.
        """
        facts = self.read_facts()
        written = [facts.get("recipe_sha256"), facts.get("next_recipe_sha256")]
        if any(written) and _digest(read(self.recipe)) not in written:  # none before 0.1
            raise GankitError(
                f"{self.recipe} has changed since the run began",
                f"undo the change; or start a new run from it: gankit run {typed(self.recipe)}",
            )

    @property
    def played(self) -> bool:
        """Whether the run has samples or a checkpoint."""
        return self.samples.exists() or self.checkpoints.exists()

    def remove_if_nothing_was_played(self) -> bool:
        """Remove a folder that `create` has just made, unless it was played; returns whether."""
        if self.played:
            return False
        shutil.rmtree(self.path, ignore_errors=True)
        return True

    def read_facts(self) -> dict[str, Any]:
        """Return the content of `run.json`.

        Raises:
            GankitError: It cannot be read.
        """
        try:
            facts: dict[str, Any] = json.loads(read(self.facts))
            Facts.model_validate(facts)
        except (ValueError, RecursionError) as error:
            reason = " ".join(str(error).split())
            raise GankitError(f"{self.facts} is damaged: {cut(reason, 200)}") from error
        return facts

    def plugin_files(self) -> list[str]:
        """Return the plugin files of the run, to be shown, never imported.

        Raises:
            GankitError: `run.json` cannot be read.
        """
        return [str(file) for file in self.read_facts().get("plugins", [])]

    def resume_command(self) -> str:
        """Return the command that resumes the run, with the plugin files that it needs."""
        files = self.plugin_files() if self.facts.is_file() else []
        return f"gankit run --resume {typed(self.path)} {plugin_words(files)}".rstrip()

    def missing_distributions(self) -> dict[str, tuple[str, str]]:
        """Return the distributions of the run's parts that are not installed in the same version.

        Each has the run's version and the installed version, which may be empty.

        Raises:
            GankitError: `run.json` cannot be read.
        """
        wanted = self.read_facts().get("distributions", {})
        both = {name: (str(wanted[name]), version(name) or "") for name in wanted}
        return {name: versions for name, versions in both.items() if versions[0] != versions[1]}

    def note_data(self, stage: int, dataset: Dataset, allow_new: bool = True) -> None:
        """Write facts about the data of a stage.

        Args:
            stage: The number of the stage.
            dataset: Its data.
            allow_new: Whether the stage may go on with other data than it began with.

        Raises:
            GankitError: The data has changed, and may not; the change is named.
        """
        facts, now = self.read_facts(), data_facts(dataset)
        if not allow_new and stage < len(facts["data"]):
            self._refuse_changes(facts["data"][stage], now)
        self._write_facts({**facts, "data": [*facts["data"][:stage], now]})

    def _refuse_changes(self, noted: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        changes = [
            f"{key} {cut(str(noted[key]))} → {cut(str(now[key]))}"
            for key in now
            if key in noted and noted[key] != now[key]
        ]
        if changes:
            raise GankitError(
                f"the data has changed since {self.path} began: {', '.join(changes)}",
                "restore it; or continue with the new data: "
                f"{self.resume_command()} --allow-new-data",
            )

    def note_start(self, run: str, checkpoint: str) -> None:
        """Write which checkpoint of which run the networks start from."""
        self._write_facts({**self.read_facts(), "start": {"run": run, "checkpoint": checkpoint}})

    def note_warnings(self, texts: Sequence[str]) -> None:
        """Write what the parts warned of as the run began."""
        self._write_facts({**self.read_facts(), "warnings": [*texts]})

    def data_specs(self) -> list[DataSpec]:
        """Return the spec of the data of each stage that has begun."""
        return [
            DataSpec({k: tuple(v) for k, v in data["shapes"].items()}, len(data["classes"]))
            for data in self.read_facts()["data"]
        ]

    def sheets(self) -> dict[int, Path]:
        """Return the sheets of samples by epoch, in order."""
        names = [(re.fullmatch(r"epoch-(\d+)\.png", p.name), p) for p in self.samples.glob("*")]
        return dict(sorted((int(match[1]), path) for match, path in names if match))

    def _write_facts(self, facts: Mapping[str, Any]) -> None:
        write(self.facts, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")


def _empty(out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    if not _only_begun(out):
        run = RunFolder(out)
        resume = f", or go on with it: {run.resume_command()}" if run.exists else ""
        raise GankitError(
            f"{out} is not empty, and gankit never overwrites a run",
            f"choose another --out{resume}",
        )
    return out


def _only_begun(folder: Path) -> bool:
    """Return whether a folder is empty, or has only what a run that was killed at once left."""
    return all(path.name in BEGINNING or is_aside(path) for path in folder.iterdir())


def _next_free(parent: Path, name: str) -> Path:
    number = 1
    while True:
        path = parent / f"{name}-{number}"
        try:
            path.mkdir(parents=True)
            return path
        except FileExistsError:
            number += 1


def data_facts(dataset: Dataset) -> dict[str, Any]:
    """Return what `run.json` says about data: its size, its classes, its shapes and its digest."""
    shapes = {name: list(shape) for name, shape in dataset.spec.shapes.items()}
    facts = {"examples": len(dataset), "classes": list(dataset.classes), "shapes": shapes}
    shows = {"show": True} if dataset.show else {}  # so that samples need the data's show
    return {**facts, "digest": dataset.digest(), **shows}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
