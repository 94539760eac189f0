"""What the folder of a run tells, without Keras: also while it goes on, or after it was killed."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gankit.errors import GankitError
from gankit.run.folder import RunFolder
from gankit.run.history import read_history

Row = Mapping[str, float | None]


@dataclass(frozen=True)
class Record:
    """A run as its files have it.

    Args:
        path: The folder.
        text: Its filled recipe, as TOML.
        facts: What `run.json` says.
        history: A row an epoch; what is no number is None.
        scored: The lines of `scores.jsonl`.
        sheets: The sheets of samples by their epoch, in its order.
        best: The name of the checkpoint that was kept as the best.
    """

    path: Path
    text: str
    facts: Mapping[str, Any]
    history: list[Row]
    scored: list[Mapping[str, Any]]
    sheets: Mapping[int, Path]
    best: str | None = None

    @property
    def name(self) -> str:
        """What the run is called: its folder's name."""
        return self.path.resolve().name

    @cached_property
    def recipe(self) -> dict[str, Any]:
        """The filled recipe, as a table."""
        try:
            return tomllib.loads(self.text)
        except ValueError as error:
            raise GankitError(f"{self.path / 'recipe.toml'} is not TOML: {error}") from error

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
    def played(self) -> int:
        """The epochs that are finished."""
        return int(self.history[-1]["epoch"] or 0) if self.history else 0

    @property
    def chosen(self) -> str:
        """What is known of the best checkpoint, in words; empty where none was chosen."""
        lines = [line for line in self.scored if line.get("checkpoint") == self.best]
        told = [line for line in lines if line.get("best_by")]
        if not self.best or not told:
            return ""
        by = told[0]["best_by"]
        by = told[0].get("titles", {}).get(by, by)
        return f"{self.best}, after epoch {told[0]['epoch']}, by {by}"

    def epoch_of(self, step: float) -> float:
        """Return the epoch that a step is in, as a number with decimals."""
        before = (0.0, 0.0)
        for row in self.history:
            here = (float(row["step"] or 0), float(row["epoch"] or 0))
            if step <= here[0] > before[0]:
                share = (step - before[0]) / (here[0] - before[0])
                return round(before[1] + share * (here[1] - before[1]), 3)
            before = here
        return before[1]


def read_record(path: Path | str) -> Record:
    """Return what the folder of a run tells.

    Raises:
        GankitError: It is no run, or its files cannot be read.
    """
    run = RunFolder.open(Path(path))
    try:
        return Record(
            run.path,
            run.recipe.read_text("utf-8"),
            run.read_facts(),
            [_numbers(row) for row in read_history(run.history)],
            _scored(run.path / "scores.jsonl"),
            run.sheets(),
            _line(run.checkpoints / "best"),
        )
    except (OSError, ValueError) as error:
        raise GankitError(f"the run {path} cannot be read: {error}") from error


def _line(path: Path) -> str | None:
    return path.read_text("utf-8").strip() if path.is_file() else None


def _numbers(row: Mapping[str, str]) -> dict[str, float | None]:
    return {name: _number(text) for name, text in row.items()}


def _number(value: str | float | None) -> float | None:
    try:
        value = float(value)
    except (TypeError, ValueError):
        return None
    return value if abs(value) < float("inf") else None


def _scored(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file of scores; the last may be half-written, and is passed over."""
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    found = []
    for line in lines:
        try:
            scored = json.loads(line)
        except ValueError:
            continue
        if isinstance(scored, dict) and isinstance(scored.get("scores"), dict):
            values = {name: _number(value) for name, value in scored["scores"].items()}
            found.append({**scored, "scores": {n: v for n, v in values.items() if v is not None}})
    return found
