"""Judges a stage of a run while it trains, and knows which of its checkpoints are healthy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gankit.game.loss import Loss
from gankit.game.monitor import Monitor
from gankit.game.stabilizer import Stabilizer
from gankit.game.stabilizers import Stabilizers
from gankit.game.trace import Outlook, Trace
from gankit.sentinel import log
from gankit.sentinel.judging import Judging, Standing

PROOF = 2  # points without a warning after a checkpoint that make it healthy


class Guard:
    """The verdicts on a stage, and the trace that they are based on.

    All of it follows from the lines of `health.jsonl`, so a resumed run gets the same verdicts.

    Args:
        path: The file `health.jsonl`.
        stage: The number of the stage.
        monitors: The monitors by name.
        outlook: What else is known about the game.
        start: The number of steps before the stage.
        steps_per_epoch: The number of steps in an epoch of the stage.
    """

    def __init__(
        self,
        path: Path,
        stage: int,
        monitors: Mapping[str, Monitor],
        outlook: Outlook,
        start: int,
        steps_per_epoch: int,
    ):
        self.path = path
        self.stage = stage
        self.judging = Judging(monitors)
        self.lines = [line for line in log.read(path) if line["stage"] == stage]
        self.points: list[log.Point] = []
        self.outlook = outlook
        self.start = start
        self.steps_per_epoch = steps_per_epoch
        for _ in self._events():  # these are in verdicts.jsonl already
            pass

    @property
    def last_line(self) -> int:
        """The step of the last line; the stage's first step if there is none."""
        return int(self.lines[-1]["step"]) if self.lines else self.start

    @property
    def last_point(self) -> int:
        """The step of the last point; the stage's first step if there is none."""
        return int(self.points[-1]["step"]) if self.points else self.start

    def add(self, line: log.Line) -> list[dict[str, Any]]:
        """Write a line, and return the events of the point that it closes, if it closes one."""
        log.add(self.path, line)
        self.lines.append(line)
        return [event for events in self._events() for event in events]

    def kept(self, names: Sequence[str]) -> list[str]:
        """Return the checkpoints that are healthy, or may become so."""
        healthy = self.healthy(names)
        later = [n for n in self._clean(names) if n > (healthy or "")]
        return [name for name in (healthy, *later[:1]) if name]

    def healthy(self, names: Sequence[str]) -> str | None:
        """Return the newest checkpoint of the stage that is known to be healthy, if any."""
        proven = [name for name in self._clean(names) if self._points_after(name) >= PROOF]
        return proven[-1] if proven else None

    def worst(self) -> Standing | None:
        """Return the most serious verdict that holds."""
        return self.judging.worst()

    def _clean(self, names: Sequence[str]) -> list[str]:
        """Return the checkpoints at ends of epochs that no warning covers."""
        return [name for name in sorted(names) if self._is_clean(_steps(name))]

    def _is_clean(self, steps: int) -> bool:
        played = steps - self.start
        return played > 0 and played % self.steps_per_epoch == 0 and self.judging.healthy(steps)

    def _points_after(self, name: str) -> int:
        return sum(point["step"] > _steps(name) for point in self.points)

    def _events(self) -> list[list[dict[str, Any]]]:
        """Return the events of the new points."""
        found = list(log.points(self.lines))
        new = range(len(self.points) + 1, len(found) + 1)
        self.points = found
        better: Any = next((line["better"] for line in self.lines if line.get("better")), "low")
        outlook = replace(self.outlook, better=better)
        trace = Trace(log.columns(found), len(found), outlook)
        return [self.judging.point(trace.until(length)) for length in new]


def outlook_of(
    loss: Loss | type[Loss], stabilizers: Sequence[Stabilizer] = (), names: Iterable[str] = ()
) -> Outlook:
    """Return what the parts of a game say about its losses; `names` are the stabilizers'."""
    penalties = Stabilizers(stabilizers).penalties
    return Outlook(
        loss.floor, loss.chance, loss.lost, penalties=penalties, stabilizers=tuple(names)
    )


def _steps(name: str) -> int:
    return int(name.rpartition("-")[2])
