"""Samples of an ensemble: a mixture of the generators of several runs."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gankit.api.sample import Samples
from gankit.errors import GankitError


def mixture(parts: Sequence[Samples], weights: Sequence[float] = (), seed: int = 0) -> Samples:
    """Return a mixture of the samples of several runs.

    Each row is the row of one part, drawn by its weight.

    Args:
        parts: Equally many samples of each run, of one shape.
        weights: How often each part is drawn, relative to the others; equally if empty.
        seed: The seed of the choice.

    Raises:
        GankitError: The samples have different shapes, or the weights do not fit.
    """
    shapes = {part.values.shape[1:] for part in parts}
    if len(shapes) > 1:
        raise GankitError(
            "the runs of an ensemble must draw samples of one shape. "
            f"Received: {', '.join(map(str, sorted(shapes)))}",
            "leave out the runs with other data",
        )
    count = len(parts[0].values)
    which = choice(count, probabilities(weights, len(parts)), seed)
    values = np.stack([part.values for part in parts])[which, np.arange(count)]
    drawn, accepted = (sum(getattr(p, name) for p in parts) for name in ("drawn", "accepted"))
    return replace(parts[0], values=values, drawn=drawn, accepted=accepted)


def choice(count: int, fractions: np.ndarray, seed: int) -> np.ndarray:
    """Return the part that each row is taken from, (count,), by the fractions of the parts."""
    draw = np.random.default_rng([seed, len(fractions)])
    return draw.choice(len(fractions), count, p=fractions)


def probabilities(weights: Sequence[float], count: int) -> np.ndarray:
    """Return weights as fractions of 1, (count,); equal ones if there are no weights.

    Raises:
        GankitError: The weights do not fit.
    """
    found = np.asarray(weights if len(weights) else np.ones(count), "float64")
    if len(found) != count or not (found >= 0).all() or not found.sum() > 0:
        raise GankitError(
            f"an ensemble of {count} runs needs {count} weights, 0 or more. "
            f"Received: {', '.join(f'{weight:g}' for weight in found)}",
            f"--weights {','.join('1' * count)}",
        )
    fractions: np.ndarray = found / found.sum()
    return fractions
