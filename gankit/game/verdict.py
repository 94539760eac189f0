"""What a monitor says about a game."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["note", "warn", "dead"]
Change = Mapping[str, Any]
"""A change to a recipe: tables are merged, stabilizers are added to the existing ones."""


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a game, with the evidence and a remedy.

    Args:
        name: What is wrong, in a word, such as `mode-collapse`.
        level: `note` only explains, `warn` means that something is probably wrong, `dead` that
            continuing as before is pointless.
        reason: The evidence, with numbers.
        remedy: What to do, in a sentence.
        changes: Changes to the recipe that do it, the best first.
        points: The number of points of the trace that the evidence spans.
    """

    name: str
    level: Level
    reason: str
    remedy: str = ""
    changes: Sequence[Change] = ()
    points: int = 1

    def __str__(self) -> str:
        return f"{self.reason} → {self.remedy}" if self.remedy else self.reason
