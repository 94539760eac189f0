"""What a metric keeps to."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gankit.discovery.kinds import METRIC_INPUTS
from gankit.testing.draws import watched_draws
from gankit.testing.requirement import called, name_of, require

Given = dict[str, np.ndarray]


def check_metric(metric: Callable[..., Any], **options: Any) -> None:
    """Check that a metric is a pure function that finds finite numbers of what it asks for.

    It is called with normal features, with a generator that makes the same thing always, and with
    one that copies the real examples.

    Args:
        metric: The function.
        options: What to call it with besides what it asks for.

    Raises:
        AssertionError: It does not keep to what a metric is; says what to do.
    """
    who = called(metric, options)
    asked = [name for name in inspect.signature(metric).parameters if name not in options]
    _check_what_it_asks_for(metric, asked)
    for case, given in _cases().items():
        _check_case(metric, who, case, {k: given[k] for k in asked if k in given}, options)


def _check_what_it_asks_for(metric: Callable[..., Any], asked: list[str]) -> None:
    parameters = inspect.signature(metric).parameters
    strange = [
        n for n in asked if n not in METRIC_INPUTS and parameters[n].default is parameters[n].empty
    ]
    known = ", ".join(METRIC_INPUTS)
    require(
        not strange,
        f"{name_of(metric)} asks for {', '.join(strange)}, which nobody gives",
        f"ask for some of {known}, and give options a default",
    )
    require(
        set(asked) & set(METRIC_INPUTS),
        f"{name_of(metric)} asks for nothing to measure",
        f"name what it measures as its parameters: {known}",
    )


def _check_case(
    metric: Callable[..., Any], who: str, case: str, given: Given, options: Mapping[str, Any]
) -> None:
    before = {name: array.copy() for name, array in given.items()}
    kept = {name: array.copy() for name, array in given.items()}
    with watched_draws() as untouched:
        found = _numbers(who, metric(**given, **options))
        again = _numbers(who, metric(**before, **options))
        alone = untouched()
    changed = [name for name in given if not np.array_equal(given[name], kept[name])]
    require(
        not changed,
        f"{who} changes {', '.join(changed)}, which the metrics after it measure too",
        "write x = x - m instead of x -= m, or copy the array first",
    )
    for name, value in found.items():
        require(
            np.isfinite(value),
            f"{who} finds {name} = {value} of {case}",
            "guard divisions, roots and logarithms, or raise gankit.GankitError with the reason",
        )
    require(
        found == again and alone,
        f"{who} finds another number when it is asked again, or draws from numpy's global "
        f"generator. Received: {found}, {again}",
        "draw from numpy.random.default_rng(seed), with `seed` an option",
    )


def _numbers(who: str, found: Any) -> dict[str, float]:
    """Return what was found by name, as floats."""
    named = found if isinstance(found, Mapping) else {"it": found}
    for name, value in named.items():
        require(
            isinstance(value, int | float | np.number),
            f"{who} finds {type(value).__name__} for {name}",
            "return a float, or floats by name: float(…) makes one of an array of one number",
        )
        require(
            isinstance(name, str) and re.fullmatch(r"[a-z][a-z0-9_]*", name),
            f"{who} calls a number {name!r}",
            "call it with small letters, digits and underscores, as columns and curves are",
        )
    return {name: float(value) for name, value in named.items()}


def _cases() -> dict[str, Given]:
    """Return what metrics are given, of generators whose faults are known."""
    draw = np.random.default_rng(0)
    real, other, held_out = draw.standard_normal((3, 160, 6))
    images = draw.uniform(-1, 1, (160, 24, 24, 1))
    odds = draw.dirichlet(np.ones(5), 120)
    whole = {"real": real, "held_out": held_out, "real_images": images}
    whole |= {"held_out_images": draw.uniform(-1, 1, (60, 24, 24, 1))}
    whole |= {"class_names": np.array([*"abcde"]), "class_fractions": np.full(5, 0.2)}

    def case(fake: np.ndarray, fake_images: np.ndarray, odds: np.ndarray) -> Given:
        told = {"probabilities": odds, "class_probabilities": odds.copy()}
        made = {"fake": fake, "fake_images": fake_images, "fake_labels": np.arange(120) % 5}
        return whole | told | made

    return {
        "a good generator": case(other[:120], images[40:] / 2, odds),
        "a generator that makes one thing": case(
            *(x[:1].repeat(120, axis=0) for x in (other, images, odds))
        ),
        "a generator that copies": case(real[:120].copy(), images[:120].copy(), odds),
    }
