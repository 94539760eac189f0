"""When a recipe's metrics score its generator, and how."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from gankit.metric import DEFAULT_FEATURES, Direction, directions
from gankit.part import Part
from gankit.section import Section
from gankit.training import Count


@dataclass(frozen=True)
class Scoring:
    """When the metrics of a recipe score its generator while it trains, and how.

    Where a recipe has metrics, its `features` are the part itself with its options.

    Args:
        every: The epochs from one scoring to the next; the last epoch is scored too.
        count: Of samples; of real examples at most as many.
        features: What examples are compared by: a name, or a table of a name and options.
        best: The score by which the best checkpoint is kept; if not set, the first one that says
            which way is better.
    """

    every: Count = 1
    count: Annotated[int, Field(ge=2)] = 2000
    features: str | Section = DEFAULT_FEATURES
    best: str | None = None


SCORING = Part("sections", "scoring", "gankit", Scoring)


def all_directions(metrics: Iterable[Part]) -> dict[str, Direction]:
    """Return which way the scores of several metrics are better, by name, in their order."""
    return {name: way for part in metrics for name, way in directions(part).items()}
