"""What a monitor says of a game."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["note", "warn", "dead"]
Change = Mapping[str, Any]
"""A fragment of a recipe: tables are merged, and stabilizers are added to those there are."""


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a game, why that can be said, and what to do.

    Args:
        name: What is wrong, in a word, such as `mode-collapse`.
        level: `note` where it only explains, `warn` where it is likely, `dead` where going on as
            before is a waste.
        reason: The evidence, with numbers.
        remedy: What to do, in a sentence.
        changes: Fragments of a recipe that do it, the best first.
        points: How many points of the trace the evidence spans.
    """

    name: str
    level: Level
    reason: str
    remedy: str = ""
    changes: Sequence[Change] = ()
    points: int = 1

    def __str__(self) -> str:
        return f"{self.reason} → {self.remedy}" if self.remedy else self.reason
