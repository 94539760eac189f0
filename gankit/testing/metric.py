"""The contract of a metric."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gankit.discovery.kinds import METRIC_INPUTS
from gankit.testing.global_seed import watched_draws
from gankit.testing.requirement import called, name_of, require

Inputs = dict[str, np.ndarray]


def check_metric(metric: Callable[..., Any], **options: Any) -> None:
    """Check that a metric is a pure function that returns finite numbers.

    It is called with normally distributed features, with those of a generator that always draws the
    same sample, and with those of a generator that copies real examples.

    Args:
        metric: The function.
        options: The options to call it with.

    Raises:
        AssertionError: The metric breaks its contract; the message says how to fix it.
    """
    who = called(metric, options)
    parameters = inspect.signature(metric).parameters
    asked = [name for name in parameters if name not in options]
    known = ", ".join(METRIC_INPUTS)
    unknown = [
        n for n in asked if n not in METRIC_INPUTS and parameters[n].default is parameters[n].empty
    ]
    require(
        not unknown,
        f"{name_of(metric)} asks for {', '.join(unknown)}, which is not an input of metrics",
        f"ask for some of {known}, and give options a default",
    )
    require(
        set(asked) & set(METRIC_INPUTS),
        f"{name_of(metric)} asks for nothing to measure",
        f"name its inputs as parameters: {known}",
    )
    for case, inputs in _cases().items():
        _check_case(metric, who, case, {n: inputs[n] for n in asked if n in inputs}, options)


def _check_case(
    metric: Callable[..., Any], who: str, case: str, inputs: Inputs, options: Mapping[str, Any]
) -> None:
    copies, kept = ({n: array.copy() for n, array in inputs.items()} for _ in range(2))
    with watched_draws() as untouched:
        found = _numbers(who, metric(**inputs, **options))
        again = _numbers(who, metric(**copies, **options))
        alone = untouched()
    changed = [name for name in inputs if not np.array_equal(inputs[name], kept[name])]
    require(
        not changed,
        f"{who} changes {', '.join(changed)}, which other metrics measure too",
        "write x = x - m instead of x -= m, or copy the array first",
    )
    for name, value in found.items():
        require(
            np.isfinite(value),
            f"{who} returns {name} = {value} for {case}",
            "guard divisions, roots and logarithms, or raise gankit.GankitError with the reason",
        )
    require(
        found == again and alone,
        f"{who} returns another number on a second call, or draws from NumPy's global generator. "
        f"Received: {found}, {again}",
        "draw from numpy.random.default_rng(seed), with `seed` an option",
    )


def _numbers(who: str, found: Any) -> dict[str, float]:
    """Return the scores by name, as floats."""
    named = found if isinstance(found, Mapping) else {"score": found}
    for name, value in named.items():
        require(
            isinstance(value, int | float | np.number),
            f"{who} returns {type(value).__name__} as {name}",
            "return a float, or floats by name; float(…) converts an array of one number",
        )
        require(
            isinstance(name, str) and re.fullmatch(r"[a-z][a-z0-9_]*", name),
            f"{who} names a score {name!r}",
            "use small letters, digits and underscores, as in the names of curves",
        )
    return {name: float(value) for name, value in named.items()}


def _cases() -> dict[str, Inputs]:
    """Return the inputs of metrics for generators with known faults."""
    draw = np.random.default_rng(0)
    real, other, held_out = draw.standard_normal((3, 160, 6))
    images = draw.uniform(-1, 1, (160, 24, 24, 1))
    odds = draw.dirichlet(np.ones(5), 120)
    data = {"real": real, "held_out": held_out, "real_images": images}
    data |= {"held_out_images": draw.uniform(-1, 1, (60, 24, 24, 1))}
    data |= {"class_names": np.array([*"abcde"]), "class_fractions": np.full(5, 0.2)}

    def case(fake: np.ndarray, fake_images: np.ndarray, odds: np.ndarray) -> Inputs:
        classes = {"probabilities": odds, "class_probabilities": odds.copy()}
        samples = {"fake": fake, "fake_images": fake_images, "fake_labels": np.arange(120) % 5}
        return data | classes | samples

    return {
        "a good generator": case(other[:120], images[40:] / 2, odds),
        "a generator that always draws the same sample": case(
            *(x[:1].repeat(120, axis=0) for x in (other, images, odds))
        ),
        "a generator that copies": case(real[:120].copy(), images[:120].copy(), odds),
    }
