"""How long a recipe trains, and how."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from gankit.part import Part

Count = Annotated[int, Field(ge=1)]


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


TRAINING = Part("sections", "training", "gankit", Training)
