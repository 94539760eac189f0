"""What a metric plugin is: a function of what it asks for by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from gankit.errors import GankitError

if TYPE_CHECKING:
    from gankit.part import Part

DEFAULT_FEATURES = "pixels"
DEPENDING = ("real", "fake", "held_out", "probabilities", "class_probabilities")  # on features

GIVEN = {
    "real": "Features of real examples, (count, size).",
    "fake": "Features of generated examples, (count, size).",
    "held_out": "Features of real examples that nothing was trained on, (count, size).",
    "probabilities": "Of the classes that the features' network knows, (count, classes).",
    "class_probabilities": "Likewise, where these classes are those of the data.",
    "class_names": "Of the classes of the data, (classes,).",
    "class_shares": "The share of each class in the data, (classes,).",
    "fake_labels": "The classes that the generator was asked for, (count,).",
    "real_images": "Real examples in [−1, 1], (count, height, width, channels).",
    "fake_images": "Generated examples in [−1, 1], (count, height, width, channels).",
    "held_out_images": "Real examples that nothing was trained on, likewise.",
}

Direction = Literal["low", "high"]
Metric = TypeVar("Metric", bound=Callable[..., Any])


def better(whole: Direction | None = None, /, **scores: Direction) -> Callable[[Metric], Metric]:
    """Say of a metric which way its scores are better; the function stays as it is.

    By a score that says so a run chooses the checkpoint that it keeps as its best.

    Args:
        whole: `"low"` or `"high"`, for a metric that returns a number.
        scores: The same for each score of a metric that returns several; those that are no reason
            to prefer a generator are left out.

    Raises:
        GankitError: It is another word.

    Example:
        ```python
        @gankit.better("low")
        def shift(real, fake) -> float:
            return float(np.linalg.norm(real.mean(axis=0) - fake.mean(axis=0)))
        ```
    """
    told = {"": whole} if whole is not None else scores
    wrong = [way for way in told.values() if way not in ("low", "high")]
    if wrong:
        raise GankitError(f'a score is better "low" or "high". Received: {wrong[0]!r}')

    def mark(metric: Metric) -> Metric:
        marked: Any = metric  # whose type tells of no attribute
        marked.better = told
        return metric

    return mark


def directions(part: Part) -> dict[str, Direction]:
    """Return which way the scores of a metric are better, by name; those that tell."""
    told: Mapping[str, Direction] = getattr(part.load(), "better", {})
    return {name or part.name.replace("-", "_"): way for name, way in told.items()}
