"""Parts that do not fit each other: they play, but hardly as they were meant to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import keras
import numpy as np

from gankit.data.scaling import from_uint8
from gankit.game.incompatibility import Incompatibility
from gankit.game.networks import judges, operations

if TYPE_CHECKING:
    from gankit.data.dataset import Dataset
    from gankit.game.gan import GAN
    from gankit.game.loss import Loss
    from gankit.game.stabilizer import Stabilizer

Range = tuple[float, float]

ROWS = 1000  # of the data that are looked at
NEARLY = 0.01  # what data may be out of range: hardly seen, in an image
ANYTHING = (-math.inf, math.inf)
RANGES: dict[str, Range] = {
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "relu": (0.0, math.inf),
    "softplus": (0.0, math.inf),
}
SAME_VALUES = {"flatten", "getitem", "identity", "permute", "reshape", "squeeze", "transpose"}


def incompatibilities(gan: GAN, dataset: Dataset) -> list[Incompatibility]:
    """Return what the parts of a game say does not fit, and what their networks show, each once."""
    parts: tuple[Loss | Stabilizer, ...] = (gan.game, *gan.stabilizers)
    said = [incompatibility for part in parts for incompatibility in part.incompatibilities(gan)]
    return list(
        dict.fromkeys([*said, *_bounded_judges(gan), *_out_of_reach(gan, dataset.arrays.values())])
    )


def _bounded_judges(gan: GAN) -> Iterator[Incompatibility]:
    """Yield an incompatibility for each discriminator whose answer is no logit."""
    for name in judges(gan.networks):
        activation, bounds = end(gan.networks[name])
        if bounds != ANYTHING:
            yield Incompatibility(
                f"the {name} ends with {activation}, and losses take its answer for a logit, "
                "which may be any number",
                f"leave the last activation of the {name} out",
            )


def _out_of_reach(gan: GAN, arrays: Iterable[np.ndarray]) -> Iterator[Incompatibility]:
    """Yield one for each generator whose last activation cannot reach all of the data."""
    found = [(array.shape[1:], _range(array)) for array in arrays if array.ndim > 1]
    for name in (name for name in gan.networks if name not in judges(gan.networks)):
        shapes = [output.shape[1:] for output in gan.networks[name].outputs]
        activation, (lowest, highest) = end(gan.networks[name])
        for low, high in (reach for shape, reach in found if [shape] == shapes):
            if low < lowest - NEARLY or high > highest + NEARLY:
                yield Incompatibility(
                    f"the {name} ends with {activation}, within [{lowest:g}, {highest:g}], and "
                    f"cannot draw the data, which are from {low:.3g} to {high:.3g}",
                    "scale the data, images to [−1, 1], or take an architecture of another end",
                )


def end(network: keras.Model) -> tuple[str, Range]:
    """Return a network's last activation, and between which numbers it keeps what comes out."""
    for operation in reversed(list(operations(network))):
        name = _name(getattr(operation, "activation", operation))
        if name in RANGES:
            return name, RANGES[name]
        if _name(operation) not in SAME_VALUES:
            break
    return "", ANYTHING


def _name(function: object) -> str:
    return str(getattr(function, "__name__", type(function).__name__)).lower()


def _range(array: np.ndarray) -> Range:
    """Return the least and the greatest number in some of the data, as a step sees them."""
    some = np.asarray(array[:: math.ceil(len(array) / ROWS)])
    ends = from_uint8(np.array([some.min(), some.max()]))
    return float(ends[0]), float(ends[1])
