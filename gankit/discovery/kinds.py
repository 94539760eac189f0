"""The kinds of parts, in the one table that everything else reads."""

from dataclasses import dataclass
from pkgutil import resolve_name

METRIC_INPUTS = {
    "real": "Features of real examples, (count, size).",
    "fake": "Features of generated examples, (count, size).",
    "held_out": "Features of real examples not used in training, (count, size).",
    "probabilities": "Class probabilities of the samples by the features' network, "
    "(count, classes).",
    "class_probabilities": "The same, if the network knows the classes of the data.",
    "class_names": "The names of the data's classes, (classes,).",
    "class_fractions": "The fraction of each class in the data, (classes,).",
    "fake_labels": "The classes that the generator was asked for, (count,).",
    "real_images": "Real examples in [−1, 1], (count, height, width, channels).",
    "fake_images": "Generated examples in [−1, 1], (count, height, width, channels).",
    "held_out_images": "Real examples not used in training, in the same form.",
}


@dataclass(frozen=True)
class Kind:
    """A kind of part.

    Args:
        plural: Its name in hooks and commands, such as `losses`.
        noun: Its name in messages, such as `loss`.
        table: The header of the recipe's table that names a part of this kind.
        contract: The class that a part must extend, as `"module:class"`; empty for a function.
        product: The class that a part must return, as `"module:class"`; empty for any.
        leading: The number of arguments before the options.
        hidden: Parameters that gankit passes by name; a recipe cannot set them.
    """

    plural: str
    noun: str
    table: str
    contract: str = ""
    product: str = ""
    leading: int = 0
    hidden: tuple[str, ...] = ()

    @property
    def hook(self) -> str:
        """The hook that returns parts of this kind."""
        return f"gankit_{self.plural}"

    def fault(self, part: object) -> str:
        """Return what the part should be but is not, or an empty string."""
        if not self.contract:
            return "" if callable(part) else "a function or class"
        contract = resolve_name(self.contract)
        if not (isinstance(part, type) and issubclass(part, contract)):
            return f"a subclass of gankit.{contract.__name__}"
        declared = [name for name in contract.__annotations__ if not hasattr(part, name)]
        missing = [*sorted(getattr(part, "__abstractmethods__", ())), *declared]
        return f"complete: it must define {', '.join(missing)}" if missing else ""


def _by_plural(*kinds: Kind) -> dict[str, Kind]:
    return {kind.plural: kind for kind in kinds}


KINDS = _by_plural(
    Kind("datasets", "dataset", "[dataset]", product="gankit.data.dataset:Dataset"),
    Kind("architectures", "architecture", "[architecture]", leading=1, hidden=("previous",)),
    Kind("losses", "loss", "[loss]", contract="gankit.game.loss:Loss"),
    Kind(
        "stabilizers",
        "stabilizer",
        "[[stabilizers]]",
        contract="gankit.game.stabilizer:Stabilizer",
    ),
    Kind("metrics", "metric", "[[metrics]]", hidden=tuple(METRIC_INPUTS)),
    Kind(
        "features",
        "feature extractor",
        "[scoring.features]",
        product="gankit.scoring.features:Features",
        hidden=("data",),
    ),
    Kind("monitors", "monitor", "[[monitors]]", contract="gankit.game.monitor:Monitor"),
)
_OPTIMIZER = "players.generator.optimizer"
KERAS_KINDS = _by_plural(
    Kind("optimizers", "optimizer", f"[{_OPTIMIZER}]", hidden=("name",)),
    Kind("schedules", "schedule", f"[{_OPTIMIZER}.learning_rate]", hidden=("name",)),
)
NAMED_KINDS = KINDS | KERAS_KINDS  # what a recipe can name
ALL_KINDS = NAMED_KINDS | _by_plural(Kind("sections", "section", ""))
