"""The contract of features."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from gankit.data.dataset import Dataset
from gankit.scoring.features import Features
from gankit.testing.global_seed import watched_draws
from gankit.testing.requirement import called, near, require

COUNT = 12


def check_features(
    make: Callable[..., Features],
    shape: tuple[int, ...] = (32, 32, 1),
    data: Dataset | None = None,
    **options: Any,
) -> None:
    """Check that features are finite numbers, and depend on one example each.

    Args:
        make: The function that returns them.
        shape: The shape of random examples, (height, width, channels) or (coordinates,).
        data: Labelled examples, for features that learn from them.
        options: The options to call the function with.

    Raises:
        AssertionError: The features break their contract; the message says how to fix it.
    """
    who = called(make, options)
    asked = {"data": data} if "data" in inspect.signature(make).parameters else {}
    features = make(**asked, **options)
    require(
        isinstance(features, Features),
        f"{who} returns {type(features).__name__}",
        "return a gankit.Features",
    )
    empty = [n for n in ("name", "weights", "resizer") if not getattr(features, n)]
    require(
        not empty,
        f"{who} leaves its {', '.join(empty)} empty, which each score reports",
        'use "none" if there is none',
    )
    examples = np.random.default_rng(0).uniform(-1, 1, (COUNT, *shape)).astype("float32")
    _check_classes(who, features, _extracted(who, features, examples))


def _extracted(who: str, features: Features, examples: np.ndarray) -> np.ndarray:
    """Check and return the features of examples."""
    kept = examples.copy()
    with watched_draws() as untouched:
        found = np.asarray(features.extract(examples))
        parts = [np.asarray(features.extract(part)) for part in (examples[:1], examples[1:])]
        alone = untouched()
    require(
        np.array_equal(examples, kept),
        f"{who} changes the examples, which others measure too",
        "write x = x - m instead of x -= m, or copy the array first",
    )
    require(
        found.ndim == 2 and len(found) == COUNT and found.dtype.kind == "f",
        f"{who} extracts {found.dtype} of the shape {found.shape} from {COUNT} examples",
        f"return floats of the shape (count, size), here ({COUNT}, size)",
    )
    require(
        np.isfinite(found).all(),
        f"{who} extracts numbers that are not finite",
        "guard divisions, roots and logarithms",
    )
    require(
        not near(found, found[:1].repeat(COUNT, axis=0)),
        f"{who} extracts the same numbers from different examples",
        "compute them from the content of each example",
    )
    require(
        alone and near([found], [np.concatenate(parts)]),
        f"{who} extracts other numbers from an example in another batch, or draws from NumPy's "
        "global generator",
        "call networks with training=False, and take no means over a batch",
    )
    return found


def _check_classes(who: str, features: Features, found: np.ndarray) -> None:
    if features.classify is None:
        return
    odds = np.asarray(features.classify(found))
    require(
        odds.ndim == 2 and len(odds) == COUNT and (odds >= 0).all(),
        f"{who} classifies {COUNT} examples as {odds.dtype} of the shape {odds.shape}, with the "
        f"minimum {odds.min():.3g}",
        f"return probabilities of the shape (count, classes), here ({COUNT}, classes)",
    )
    require(
        np.allclose(odds.sum(axis=1), 1, atol=1e-3),
        f"{who} classifies with probabilities that sum to {odds.sum(axis=1).round(3).tolist()}",
        "make them sum to 1, e.g. by softmax",
    )
    require(
        len(features.classes) in (0, odds.shape[1]),
        f"{who} names {len(features.classes)} classes, but has probabilities of {odds.shape[1]}",
        "name each class, or none",
    )
