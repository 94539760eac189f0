"""What a metric plugin is: a function of what it asks for by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gankit.errors import GankitError
from gankit.recipe.settings import Direction

DEPENDING = ("real", "fake", "held_out", "probabilities", "class_probabilities")  # on features

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
