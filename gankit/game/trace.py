"""The history of a game, as monitors judge it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal


@dataclass(frozen=True)
class Outlook:
    """What is known of a game beside its numbers.

    Args:
        floor: The least that the discriminator's loss can be.
        chance: The discriminator's loss where it cannot tell real from generated.
        lost: The generator's loss beyond which the discriminator takes nothing for real.
        better: Which way the score is better.
        penalties: The names of the columns that are part of a loss, and say nothing of answers.
    """

    floor: float | None = None
    chance: float | None = None
    lost: float | None = None
    better: Literal["low", "high"] = "low"
    penalties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """The points of a game up to one of them; a point is a mean over some steps, or a log's row.

    Args:
        columns: The values of all points by name, NaN where there is none. `step` counts steps.
        length: How many of the points there are up to here.
        outlook: What else is known of the game.
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
        """Return the values of the last points, the newest last; NaN where there is none."""
        start = max(0, self.length - count)
        if name not in self.columns:
            return [math.nan] * (self.length - start)
        return list(self.columns[name][start : self.length])

    def all(self, name: str) -> list[float]:
        """Return all values of a name that there are, NaN left out."""
        values = self.columns.get(name, ())[: self.length]
        return [value for value in values if not math.isnan(value)]

    def first(self, name: str) -> float:
        """Return the first value of a name, NaN where there is none."""
        values = self.columns.get(name, ())[: self.length]
        return next((value for value in values if not math.isnan(value)), math.nan)

    def span(self, steps: float, points: int) -> int:
        """Return how many of the last points make up so many steps, or so many points; 0 if none.

        Args:
            steps: That the points must span at least,
            points: or else how many there must be.
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
