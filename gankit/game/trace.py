"""The history of a game, as monitors judge it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal


@dataclass(frozen=True)
class Outlook:
    """What is known about a game besides its numbers.

    Args:
        floor: The least possible value of the discriminator's loss.
        chance: The discriminator's loss if it cannot tell real from generated.
        lost: The generator's loss above which the discriminator takes no sample for real.
        better: Whether a low or a high score is better.
        penalties: The names of the columns of penalties, which are part of the loss.
        stabilizers: The names of the stabilizers in the recipe.
    """

    floor: float | None = None
    chance: float | None = None
    lost: float | None = None
    better: Literal["low", "high"] = "low"
    penalties: tuple[str, ...] = ()
    stabilizers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """The points of a game so far; a point is a mean over some steps, or a row of a log.

    Args:
        columns: The values of all points by name; missing ones are NaN. `step` counts steps.
        length: The number of points so far.
        outlook: What else is known about the game.
    """

    columns: Mapping[str, Sequence[float]]
    length: int
    outlook: Outlook = field(default_factory=Outlook)

    def __len__(self) -> int:
        return self.length

    def until(self, length: int) -> Trace:
        """Return the trace as it was after so many points."""
        return replace(self, length=length)

    def last(self, name: str, count: int = 1) -> list[float]:
        """Return the values of the last points, the newest last; missing ones are NaN."""
        start = max(0, self.length - count)
        if name not in self.columns:
            return [math.nan] * (self.length - start)
        return list(self.columns[name][start : self.length])

    def all(self, name: str) -> list[float]:
        """Return all values of a name without NaN."""
        values = self.columns.get(name, ())[: self.length]
        return [value for value in values if not math.isnan(value)]

    def first(self, name: str) -> float:
        """Return the first value of a name; NaN if there is none."""
        values = self.columns.get(name, ())[: self.length]
        return next((value for value in values if not math.isnan(value)), math.nan)

    def span(self, steps: float, points: int) -> int:
        """Return how many of the last points span so many steps, or `points`; 0 if too few.

        Args:
            steps: The least number of steps to span.
            points: The number of points that suffices without it.
        """
        column = self.columns["step"]
        for count in range(3, min(self.length, points) + 1):
            if column[self.length - 1] - column[self.length - count] >= steps:
                return count
        return points if self.length >= points else 0

    @property
    def step(self) -> int:
        """The step of the last point."""
        return int(self.columns["step"][self.length - 1])
