"""The kinds of parts, and what each kind requires of a part: one table, read everywhere."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

METRIC_INPUTS = {
    "real": "Features of real examples, (count, size).",
    "fake": "Features of generated examples, (count, size).",
    "held_out": "Features of real examples that nothing was trained on, (count, size).",
    "probabilities": "Of the classes that the features' network knows, (count, classes).",
    "class_probabilities": "Likewise, where these classes are those of the data.",
    "class_names": "Of the classes of the data, (classes,).",
    "class_fractions": "The share of each class in the data, (classes,).",
    "fake_labels": "The classes that the generator was asked for, (count,).",
    "real_images": "Real examples in [−1, 1], (count, height, width, channels).",
    "fake_images": "Generated examples in [−1, 1], (count, height, width, channels).",
    "held_out_images": "Real examples that nothing was trained on, likewise.",
}


@dataclass(frozen=True)
class Kind:
    """A kind of part.

    Args:
        plural: Its name in hooks and commands, such as `losses`.
        noun: Its name in messages, such as `loss`.
        contract: The class that a part must extend, as `"module:class"`; empty for a function.
        product: The class of what a part must return, likewise; empty where anything will do.
        leading: The number of arguments that come before the options.
        hidden: Parameters that gankit fills in by name; a recipe cannot set them.
    """

    plural: str
    noun: str
    contract: str = ""
    product: str = ""
    leading: int = 0
    hidden: tuple[str, ...] = ()

    @property
    def hook(self) -> str:
        """The hook that returns parts of this kind."""
        return f"gankit_{self.plural}"

    def fault(self, part: object) -> str:
        """Return what the part should have been, or an empty string if it is right."""
        if not self.contract:
            return "" if callable(part) else "a function or class"
        contract = resolve(self.contract)
        if not (isinstance(part, type) and issubclass(part, contract)):
            return f"a subclass of gankit.{contract.__name__}"
        declared = [name for name in contract.__annotations__ if not hasattr(part, name)]
        missing = [*sorted(getattr(part, "__abstractmethods__", ())), *declared]
        return f"complete: {', '.join(missing)} must be written" if missing else ""


def resolve(reference: str) -> Any:
    """Import what a reference `"module:attribute"` names."""
    module, _, attribute = reference.partition(":")
    found = import_module(module)
    for name in attribute.split("."):
        found = getattr(found, name)
    return found


def _by_plural(*kinds: Kind) -> dict[str, Kind]:
    return {kind.plural: kind for kind in kinds}


KINDS = _by_plural(
    Kind("datasets", "dataset", product="gankit.data.dataset:Dataset"),
    Kind("architectures", "architecture", leading=1, hidden=("previous",)),
    Kind("losses", "loss", contract="gankit.game.loss:Loss"),
    Kind("stabilizers", "stabilizer", contract="gankit.game.stabilizer:Stabilizer"),
    Kind("metrics", "metric", hidden=tuple(METRIC_INPUTS)),
    Kind(
        "features",
        "kind of features",
        product="gankit.scoring.features:Features",
        hidden=("data",),
    ),
)
KERAS_KINDS = _by_plural(
    Kind("optimizers", "optimizer", hidden=("name",)),
    Kind("schedules", "schedule", hidden=("name",)),
)
NAMED_KINDS = KINDS | KERAS_KINDS  # what a recipe can name
ALL_KINDS = NAMED_KINDS | _by_plural(Kind("sections", "section"))
