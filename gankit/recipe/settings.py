"""The settings of gankit's own sections: how to train, and how to score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from gankit.discovery.part import Part
from gankit.recipe.count import Count
from gankit.recipe.section import Section

Direction = Literal["low", "high"]
DEFAULT_FEATURES = "pixels"


@dataclass(frozen=True)
class Training:
    """How long to train, and how.

    Args:
        epochs: How often all examples are seen.
        batch_size: The examples of one turn.
        updates: Whether the players move one after the other, or all at once on one forward pass.
        precision: Of the networks' arithmetic; their weights are float32.
        sample_every: The epochs from one grid of samples to the next.
        checkpoint_every: The steps from one checkpoint to the next, besides those at the end of
            each epoch; 0 for none.
    """

    epochs: Count = 1
    batch_size: Count = 64
    updates: Literal["alternating", "simultaneous"] = "alternating"
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = "float32"
    sample_every: Count = 1
    checkpoint_every: Annotated[int, Field(ge=0)] = 0


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


TRAINING = Part("sections", "training", "gankit", Training)
SCORING = Part("sections", "scoring", "gankit", Scoring)


def directions(part: Part) -> dict[str, Direction]:
    """Return which way the scores of a metric are better, by name; those that tell."""
    told: Mapping[str, Direction] = getattr(part.load(), "better", {})
    return {name or part.name.replace("-", "_"): way for name, way in told.items()}


def all_directions(metrics: Iterable[Part]) -> dict[str, Direction]:
    """Return which way the scores of several metrics are better, by name, in their order."""
    return {name: way for part in metrics for name, way in directions(part).items()}
