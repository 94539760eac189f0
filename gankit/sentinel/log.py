"""health.jsonl: a line for each look at a run; and the points that are computed from it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gankit.files import append, write
from gankit.files import read as read_text
from gankit.sentinel.line_models import parsed

Line = Mapping[str, Any]
Point = dict[str, float]

EVERY = 32  # steps between two looks, at least
LOOKS = 20  # in an epoch, at most
SHORTEST, LONGEST = 48, 1000  # steps of a point


def looks_every(steps_per_epoch: int) -> int:
    """Return the number of steps between two looks."""
    return max(EVERY, steps_per_epoch // LOOKS)


def closes_point(steps: int, ends_epoch: bool, looks: bool) -> bool:
    """Return whether a point ends with a step.

    Args:
        steps: The number of steps since the last point.
        ends_epoch: Whether the step is an epoch's last.
        looks: Whether the step is looked at.
    """
    return steps >= SHORTEST if ends_epoch else looks and steps >= LONGEST


def read(path: Path) -> list[Line]:
    """Return the lines of a file, none if it does not exist; damaged lines are skipped."""
    texts = read_text(path).splitlines() if path.is_file() else []
    return [line for text in texts if (line := parsed(text)) is not None]


def add(path: Path, line: Line) -> None:
    """Add a line at the end.

    Raises:
        GankitError: It cannot be written.
    """
    append(path, f"{json.dumps(line, ensure_ascii=False)}\n")


def forget(path: Path, steps: int) -> None:
    """Drop the lines after a step."""
    if path.is_file():
        kept = [line for line in read(path) if line["step"] <= steps]
        write(path, "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in kept))


def points(lines: Iterable[Line]) -> Iterator[Point]:
    """Yield the points of the lines of one stage."""
    group: list[tuple[int, Point]] = []
    before: Line = {}
    for line in lines:
        group.append(_window(line, before))
        before = line
        if line["point"]:
            yield {**_mean(group), **_place(line), **_scored(line)}
            group = []


def columns(found: Iterable[Point]) -> dict[str, list[float]]:
    """Return points as columns; missing values are NaN."""
    rows = list(found)
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, math.nan) for row in rows] for name in names}


def _window(line: Line, before: Line) -> tuple[int, Point]:
    """Return the number of steps since the line before, and the means over them.

    A line has the means over its epoch so far.
    """
    same = before.get("epoch") == line["epoch"]
    start = before["step_of_epoch"] if same else 0
    steps = line["step_of_epoch"] - start
    if steps <= 0:
        return 0, dict(line["seen"])
    old = before["means"] if same else {}
    means = {
        name: (mean * line["step_of_epoch"] - old.get(name, 0.0) * start) / steps
        for name, mean in line["means"].items()
    }
    return steps, {**means, **line["seen"]}


def _mean(group: Iterable[tuple[int, Point]]) -> Point:
    """Return the mean of each value, weighted by steps."""
    sums: dict[str, list[float]] = {}
    for steps, values in group:
        for name, value in values.items():
            total = sums.setdefault(name, [0.0, 0])
            total[0] += value * max(1, steps)
            total[1] += max(1, steps)
    return {name: total / weight for name, (total, weight) in sums.items()}


def _place(line: Line) -> Point:
    return {"step": line["step"], "epoch": line["epoch"]}


def _scored(line: Line) -> Point:
    return {"score": line["score"]} if line.get("score") is not None else {}
