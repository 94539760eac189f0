"""Decorators of metrics: which direction is better, and known answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from gankit.errors import GankitError
from gankit.messages import listed, shown
from gankit.recipe.settings import Direction

# The metric inputs that depend on the features.
ON_FEATURES = ("real", "fake", "held_out", "probabilities", "class_probabilities")

SAMPLES = {
    "identical": "The real examples themselves.",
    "another draw": "Other examples of the same distribution.",
    "shifted": "The real examples, moved by a distance of 2.",
    "collapsed": "One example, repeated.",
    "memorised": "The real examples with noise of 0.0001.",
    "noise": "Uniform noise between −9 and 9.",
}

Metric = TypeVar("Metric", bound=Callable[..., Any])


@dataclass(frozen=True)
class KnownAnswer:
    """What a metric must find in samples with a known fault; see `known_answer`."""

    samples: str
    words: str
    low: float
    high: float
    score: str = ""


def better(whole: Direction | None = None, /, **scores: Direction) -> Callable[[Metric], Metric]:
    """Declare which direction of a metric's scores is better; the function stays as it is.

    A run chooses its best checkpoint by such a score.

    Args:
        whole: `"low"` or `"high"`, for a metric that returns a number.
        scores: Likewise for each score of a metric that returns several; leave out scores that
            are no reason to prefer a generator.

    Raises:
        GankitError: The direction is neither.

    Example:
        ```python
        @gankit.better("low")
        def shift(real, fake) -> float:
            return float(np.linalg.norm(real.mean(axis=0) - fake.mean(axis=0)))
        ```
    """
    directions = {"": whole} if whole is not None else scores
    wrong = [way for way in directions.values() if way not in ("low", "high")]
    if wrong:
        raise GankitError(f'a direction must be "low" or "high". Received: {wrong[0]!r}')

    def mark(metric: Metric) -> Metric:
        marked: Any = metric
        marked.better = directions
        return metric

    return mark


def known_answer(
    samples: str, words: str, low: float, high: float, score: str = ""
) -> Callable[[Metric], Metric]:
    """Declare what a metric must find in samples with a known fault; the function stays as it is.

    `gankit score --self-test` compares the metric with it. Use one decorator per answer.

    Args:
        samples: The samples: `"identical"`, `"another draw"`, `"shifted"`, `"collapsed"`,
            `"memorised"` or `"noise"`.
        words: The answer as text, such as `"near 0"`.
        low: The smallest correct value.
        high: The largest correct value.
        score: The name of the score, for a metric that returns several.

    Raises:
        GankitError: There are no such samples.

    Example:
        ```python
        @gankit.known_answer("shifted", "2", 2 - 1e-6, 2 + 1e-6)
        def shift(real, fake) -> float:
            return float(np.linalg.norm(real.mean(axis=0) - fake.mean(axis=0)))
        ```
    """
    if samples not in SAMPLES:
        raise GankitError(
            f"unknown samples. Allowed: {listed(SAMPLES)}. Received: {shown(samples)}"
        )
    answer = KnownAnswer(samples, words, low, high, score)

    def mark(metric: Metric) -> Metric:
        marked: Any = metric
        marked.known_answers = (answer, *getattr(metric, "known_answers", ()))
        return metric

    return mark
