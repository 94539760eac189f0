"""What a run of the corpus shows: when its failure was visible, and what was said of it when."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gankit.bench.corpus import PARTS, STEPS, Case, Sign
from gankit.files import read
from gankit.reporting.diagnosis import diagnose
from gankit.run import rollback, score_file
from gankit.run.folder import RunFolder
from gankit.run.history import read_history
from gankit.sentinel import log, wording

SCORE = "frechet_distance"
LATE = 3  # epochs
TURNS = 3  # of a curve that swings


@dataclass(frozen=True)
class Played:
    """A finished run of the corpus.

    Args:
        case: What was played.
        seed: With which seed.
        remedied: Whether its verdicts rolled it back.
        run: Its folder.
        seconds: How long it took.
        broken: The step from which the loss is not finite, else 0.
    """

    case: Case
    seed: int
    remedied: bool
    run: RunFolder
    seconds: float
    broken: int

    @classmethod
    def of(cls, folder: Path, case: Case, seed: int, remedied: bool) -> "Played | None":
        """Return the run in a folder, if it is finished."""
        note = folder / "played.json"
        if not note.is_file():
            return None
        told: dict[str, Any] = json.loads(read(note))
        return cls(case, seed, remedied, RunFolder(folder), told["seconds"], told["broken"])

    @property
    def backend(self) -> str:
        """The backend it was played on."""
        return self.run.path.name.rpartition("-")[2]

    @cached_property
    def begun(self) -> list[Mapping[str, Any]]:
        """The verdicts that began, in their order; those of the current monitors if possible."""
        events: Sequence[Mapping[str, Any]] = log.read(self.run.verdicts)
        if self.run.health.is_file() and not self.remedied:
            events = diagnose(self.run.path, plugins=[PARTS]).events
        broken = {"name": "not-finite", "level": "dead", "monitor": "gankit", "step": self.broken}
        last = [broken] if self.broken else []
        return [event for event in events if event["event"] == "begins"] + last

    @property
    def alarms(self) -> list[Mapping[str, Any]]:
        """The verdicts that warn or more."""
        return [event for event in self.begun if event["level"] != "note"]

    @property
    def visible(self) -> int | None:
        """The step at which the failure is visible without a monitor; None if it never is."""
        return visible(self.case.sign, self._curve(self.case.sign.curve))

    @property
    def found(self) -> int | None:
        """The step at which a verdict first names the failure; None if none does."""
        steps = [event["step"] for event in self.begun if key(event) in self.case.expected]
        return min(steps, default=None)

    @property
    def failed(self) -> bool:
        """Whether the failure came about: it is visible, or it was found."""
        return self.visible is not None or self.found is not None

    @property
    def in_time(self) -> bool:
        """Whether the failure is found at most 3 epochs after it is visible."""
        seen, found = self.visible, self.found
        return found is not None and (seen is None or found <= seen + LATE * STEPS)

    @property
    def changes(self) -> list[str]:
        """The changes with which it was rolled back."""
        return [wording.change(event["change"]) for event in rollback.rolled_back(self.run)]

    @property
    def score(self) -> float:
        """The last score; infinity of a run whose loss is not finite."""
        scores = [value for _, value in self._curve(SCORE)]
        return scores[-1] if scores and not self.broken else math.inf

    @property
    def covered(self) -> float:
        """The fraction of clusters that the last samples cover."""
        return self._curve("clusters_covered")[-1][1]

    def _curve(self, name: str) -> list[tuple[int, float]]:
        """Return a column of the history, or a score, by steps."""
        rows = read_history(self.run.history)
        if rows and name in rows[0]:
            return [(int(row["step"]), float(row[name])) for row in rows if row.get(name)]
        lines = score_file.read(self.run.scores)
        values = [(line["step"], line["scores"].get(name)) for line in lines]
        return [(step, math.inf if value is None else value) for step, value in values]


def key(event: Mapping[str, Any]) -> str:
    """Return the monitor and the name of a verdict."""
    return f"{event['monitor']}/{event['name']}"


def visible(sign: Sign, curve: Sequence[tuple[int, float]]) -> int | None:
    """Return the step at which a curve has passed the bound at two points running."""
    if not sign.curve:
        return 1
    if sign.side == "swings":
        return _swung(curve, sign.bound)
    before = False
    for number, (step, value) in enumerate(curve):
        bound = sign.bound
        if sign.times == "first":
            bound *= curve[0][1]
        if sign.times == "best":
            bound *= min(other for _, other in curve[: number + 1])
        passed = value < bound if sign.side == "below" else value > bound
        passed = passed and step >= sign.since * STEPS
        if passed and before:
            return step
        before = passed
    return None


def _swung(curve: Sequence[tuple[int, float]], factor: float) -> int | None:
    """Return the step at which a curve has turned often enough, each time by a factor."""
    low = high = curve[0][1] if curve else 0.0
    turns, rises = 0, None
    for step, value in curve:
        low, high = min(low, value), max(high, value)
        up, down = value > factor * low, factor * value < high
        if up if rises is not True else down and not up:
            turns, rises, low, high = turns + 1, up, value, value
        if turns == TURNS:
            return step
    return None
