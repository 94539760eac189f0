"""The options of gankit's own sections, such as `[training]`."""

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
        epochs: The number of passes over the data.
        batch_size: The number of examples in a turn, of all devices together.
        updates: Whether the players move one after the other, or all at once after one forward
            pass.
        precision: The precision of the networks' arithmetic; their weights are float32.
        devices: The number of devices that share each batch, the same in all stages; `all` uses all
            that there are.
        sample_every: The number of epochs between two sheets of samples.
        keep_samples: The largest number of sheets to keep, evenly spread over the run; the newest
            sheet, the last one and that of the best checkpoint always stay.
        checkpoint_every: The number of steps between two checkpoints; 0 saves only at the end of
            each epoch.
    """

    epochs: Count = 1
    batch_size: Count = 64
    updates: Literal["alternating", "simultaneous"] = "alternating"
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = "float32"
    devices: Count | Literal["all"] = 1
    sample_every: Count = 1
    keep_samples: Count = 200
    checkpoint_every: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True)
class Scoring:
    """When and how the metrics score the generator during training.

    In a recipe with metrics, `features` is the part itself with its options.

    Args:
        every: The number of epochs between two scorings; the last epoch is always scored.
        count: The number of samples, and at most as many real examples.
        features: The features that examples are compared by: a name, or a table with options.
        best: The score that chooses the best checkpoint; by default the first one that says
            which way is better.
    """

    every: Count = 1
    count: Annotated[int, Field(ge=2)] = 2000
    features: str | Section = DEFAULT_FEATURES
    best: str | None = None


@dataclass(frozen=True)
class Sentinel:
    """What happens when the monitors of a run find that it goes wrong.

    Args:
        action: `warn` says so; `stop` also stops the run when it is judged dead; `roll-back` goes
            back to the last healthy checkpoint and continues with a remedy; `off` watches nothing.
        level: The lowest level of a verdict that `stop` and `roll-back` act on.
        retries: The largest number of roll-backs; after that, the run stops.
    """

    action: Literal["warn", "stop", "roll-back", "off"] = "warn"
    level: Literal["warn", "dead"] = "dead"
    retries: Count = 1


@dataclass(frozen=True)
class Start:
    """Which weights the networks start from, and which layers are not trained.

    Args:
        run: The folder of a run, or its name in `runs/`. The networks of the first stage start from
            those of its weights that have the same path and shape.
        checkpoint: `last`, `best`, or the name of one of that run's checkpoints.
        freeze: The names of layers that are not trained, such as `d_block_1`; `*` stands for any
            characters, and `discriminator/conv2d` for a layer of one network.
    """

    run: str | None = None
    checkpoint: str = "last"
    freeze: tuple[str, ...] = ()


TRAINING = Part("sections", "training", "gankit", Training)
SCORING = Part("sections", "scoring", "gankit", Scoring)
SENTINEL = Part("sections", "sentinel", "gankit", Sentinel)
START = Part("sections", "start", "gankit", Start)
OWN = (TRAINING, SCORING, SENTINEL, START)


def directions(part: Part) -> dict[str, Direction]:
    """Return which way is better for the scores of a metric that says so, by name."""
    better: Mapping[str, Direction] = getattr(part.load(), "better", {})
    return {name or part.name.replace("-", "_"): way for name, way in better.items()}


def all_directions(metrics: Iterable[Part]) -> dict[str, Direction]:
    """Return which way is better for the scores of several metrics, by name, in their order."""
    return {name: way for part in metrics for name, way in directions(part).items()}
