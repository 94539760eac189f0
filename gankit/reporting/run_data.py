"""What a run's folder contains, read without Keras; the run may be unfinished."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from gankit.errors import GankitError
from gankit.messages import counted
from gankit.run.folder import RunFolder
from gankit.run.history import read_history
from gankit.run.lock import is_locked
from gankit.run.score_file import Line, read
from gankit.sentinel import log

Row = Mapping[str, float | None]

_TABLES: dict[str, type] = {
    **dict.fromkeys(("dataset", "architecture", "loss", "training", "players"), dict),
    **dict.fromkeys(("stabilizers", "metrics", "stages"), list),
}


@dataclass(frozen=True)
class RunData:
    """A run, as read from its files."""

    path: Path
    text: str  # the filled recipe, as TOML
    facts: Mapping[str, Any]  # run.json
    history: list[Row]  # a row per epoch; None where a value is not a finite number
    scored: list[Line]  # scores.jsonl, only finite scores
    sheets: Mapping[int, Path]  # of samples, by epoch
    best: str | None = None  # the name of the best checkpoint
    verdicts: Sequence[Mapping[str, Any]] = ()  # verdicts.jsonl
    training: bool = False  # whether a process trains it now
    health: Sequence[Mapping[str, Any]] = ()  # health.jsonl
    real: Path | None = None  # a sheet of real examples

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.resolve().name

    @cached_property
    def recipe(self) -> dict[str, Any]:
        """The filled recipe, as a table."""
        path = self.path / "recipe.toml"
        try:
            recipe = tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise GankitError(f"{path} is not TOML: {error}") from error
        tables = {key: kind for key, kind in _TABLES.items() if key in recipe}
        wrong = [key for key, kind in tables.items() if not isinstance(recipe[key], kind)]
        if wrong:
            raise GankitError(f"{path} is damaged: {wrong[0]} is not a table")
        return recipe

    @property
    def epochs(self) -> int:
        """The epochs that the recipe asks for, over all stages."""
        epochs = self.recipe.get("training", {}).get("epochs", 0)
        stages = []
        for stage in self.recipe.get("stages", []):
            epochs = stage.get("training", {}).get("epochs", epochs)
            stages.append(epochs)
        return sum(stages) if stages else epochs

    @property
    def finished(self) -> int:
        """The number of finished epochs."""
        return int(self.history[-1]["epoch"] or 0) if self.history else 0

    @property
    def steps(self) -> int:
        """The number of finished steps."""
        return int(self.history[-1].get("step") or 0) if self.history else 0

    @property
    def seconds(self) -> float | None:
        """How long the finished epochs took; None if the run does not tell."""
        known = [row.get("seconds") for row in self.history]
        return sum(s for s in known if s is not None) if known and None not in known else None

    @property
    def state(self) -> str:
        """Return `training`, `finished` or `stopped`."""
        if self.training:
            return "training"
        return "finished" if self.finished >= self.epochs else "stopped"

    @property
    def recipe_name(self) -> str:
        """The name of the recipe that was typed; the run's own name without number if unknown."""
        words = [str(word) for word in self.facts.get("command", [])]
        named = [word for word in words[2:] if not word.startswith("-")]
        known = words[1:2] == ["run"] and named[:1] == words[2:3] and named
        stem = Path(named[0]).stem if known else ""
        return stem if stem not in ("", "recipe") else self.name.rstrip("-0123456789")

    @property
    def now(self) -> str:
        """What the run is doing, in a line."""
        if self.state != "training":
            return f"{self.state} after {counted(self.steps, 'step')}"
        step = max([self.steps, *(_number(line.get("step")) or 0 for line in self.health)])
        return f"training: {self.finished} of {counted(self.epochs, 'epoch')}, step {step:,.0f}"

    @property
    def version(self) -> str:
        """A word that changes when a page about the run does."""
        seen = (self.state, self.text, self.history, self.scored, list(self.sheets), self.verdicts)
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]

    @property
    def best_checkpoint(self) -> str:
        """The best checkpoint, its epoch and its score, as text; empty if there is none."""
        lines = (line for line in self.scored if line.get("checkpoint") == self.best)
        line = next((line for line in lines if line.get("best_by")), None)
        if not self.best or not line:
            return ""
        score = line.get("titles", {}).get(line["best_by"], line["best_by"])
        return f"{self.best}, after epoch {line['epoch']}, by {score}"

    def epoch_of(self, step: float) -> float:
        """Return a step's epoch as a decimal number."""
        steps = [0, *(row["step"] or 0 for row in self.history)]
        epochs = [0, *(row["epoch"] or 0 for row in self.history)]
        return round(float(np.interp(step, steps, epochs)), 3)


def read_run(path: Path | str) -> RunData:
    """Read a run's folder.

    Raises:
        GankitError: It is not a run, or a file cannot be read.
    """
    run = RunFolder.open(Path(path))
    best = run.checkpoints / "best"
    try:
        return RunData(
            run.path,
            run.recipe.read_text("utf-8"),
            run.read_facts(),
            [_numbers(row) for row in read_history(run.history)],
            [{**line, "scores": _finite(line["scores"])} for line in read(run.scores)],
            run.sheets(),
            best.read_text("utf-8").strip() if best.is_file() else None,
            log.read(run.verdicts),
            is_locked(run.path),
            log.read(run.health),
            run.real if run.real.is_file() else None,
        )
    except (OSError, ValueError) as error:
        raise GankitError(f"the run {path} cannot be read: {error}") from error


def _finite(values: Mapping[str, Any]) -> dict[str, float]:
    return {name: value for name, value in _numbers(values).items() if value is not None}


def _numbers(values: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in values.items()}


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if isfinite(number) else None
