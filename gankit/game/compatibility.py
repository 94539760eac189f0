"""Finds parts that play together but do not fit each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import keras
import numpy as np

from gankit import engine
from gankit.data.lazy_images import LazyImages
from gankit.data.scaling import from_uint8
from gankit.game.incompatibility import Incompatibility
from gankit.game.networks import conditions, discriminators, operations
from gankit.messages import listed

if TYPE_CHECKING:
    from gankit.data.dataset import Dataset
    from gankit.game.gan import GAN
    from gankit.game.loss import Loss
    from gankit.game.stabilizer import Stabilizer

Range = tuple[float, float]

ROWS = 1000  # of the data whose range is taken
LAZY_ROWS = 16  # of images that are made when they are read
TOLERANCE = 0.01  # by which data may exceed a range: hardly visible in an image
ANYTHING = (-math.inf, math.inf)
RANGES: dict[str, Range] = {
    **dict.fromkeys(("tanh", "hard_tanh", "softsign"), (-1.0, 1.0)),
    **dict.fromkeys(("sigmoid", "hard_sigmoid", "softmax"), (0.0, 1.0)),
    **dict.fromkeys(("relu", "softplus"), (0.0, math.inf)),
}
SAME_VALUES = {"flatten", "getitem", "identity", "permute", "reshape", "squeeze", "transpose"}


def incompatibilities(gan: GAN, dataset: Dataset) -> list[Incompatibility]:
    """Return what the parts of a game declare, and what their networks show, each once."""
    parts: tuple[Loss | Stabilizer, ...] = (gan.game, *gan.stabilizers)
    declared = [found for part in parts for found in part.incompatibilities(gan)]
    shown = (*_bounded_logits(gan), *_out_of_reach(gan, dataset.arrays.values()))
    shown += (*_half_range(gan, dataset), *_empty_classes(gan, dataset), *_alone(gan))
    return list(dict.fromkeys([*declared, *shown]))


def _bounded_logits(gan: GAN) -> Iterator[Incompatibility]:
    """Yield an incompatibility for each discriminator whose output is bounded."""
    for name in discriminators(gan.networks):
        activation, bounds = end(gan.networks[name])
        if bounds != ANYTHING:
            yield Incompatibility(
                f"the {name} ends with {activation}, but losses need its logits, which are not "
                "bounded",
                f"remove the last activation of the {name}",
            )


def _out_of_reach(gan: GAN, arrays: Iterable[np.ndarray]) -> Iterator[Incompatibility]:
    """Yield one for each generator whose last activation cannot reach all of the data."""
    ranges = [(array.shape[1:], _range(array)) for array in arrays if array.ndim > 1]
    for name in (name for name in gan.networks if name not in discriminators(gan.networks)):
        shapes = [output.shape[1:] for output in gan.networks[name].outputs]
        activation, (lowest, highest) = end(gan.networks[name])
        for low, high in (found for shape, found in ranges if [shape] == shapes):
            if low < lowest - TOLERANCE or high > highest + TOLERANCE:
                yield Incompatibility(
                    f"the {name} ends with {activation}, in [{lowest:g}, {highest:g}], and cannot "
                    f"generate the data, in [{low:.3g}, {high:.3g}]",
                    "scale the data, images to [−1, 1], or choose an architecture with another "
                    "last activation",
                )


def _half_range(gan: GAN, dataset: Dataset) -> Iterator[Incompatibility]:
    """Yield one if images of floats seem to be in [0, 1] where [−1, 1] is meant."""
    ends = [end(network)[1] for network in gan.networks.values()]
    for name, array in dataset.arrays.items():
        if len(array.shape) == 4 and array.dtype != np.uint8 and (0.0, 1.0) not in ends:
            low, high = _range(array)
            if 0 <= low < high <= 1:
                yield Incompatibility(
                    f"the {name} are in [{low:.3g}, {high:.3g}], but float images are taken to "
                    "be in [−1, 1], so these look pale",
                    f"scale them, 2 * {name} - 1, or save them as uint8",
                )


def _empty_classes(gan: GAN, dataset: Dataset) -> Iterator[Incompatibility]:
    """Yield one if networks take labels of classes that have no examples."""
    if not any("labels" in conditions(network) for network in gan.networks.values()):
        return
    empty = [name for name, count in dataset.counts().items() if not count]
    if empty:
        names = f"{listed(empty[:8])}{', …' * (len(empty) > 8)}"
        yield Incompatibility(
            f"{len(empty)} of {len(dataset.classes)} classes have no examples, so the networks "
            f"cannot learn them: {names}",
            "leave these classes out of the dataset, or add examples",
        )


def _alone(gan: GAN) -> Iterator[Incompatibility]:
    """Yield one for each kind of layer that sees the rows of its own process alone."""
    if engine.processes() == 1:
        return
    layers = (layer for network in gan.networks.values() for layer in network.layers)
    for name in dict.fromkeys(type(layer).__name__ for layer in filter(_sees_own_rows, layers)):
        yield Incompatibility(
            f"on several devices, Keras' layer {name} of each device sees only the rows of its own",
            f"use gankit.layers.{name}, which sees those of the whole batch",
        )


def end(network: keras.Model) -> tuple[str, Range]:
    """Return the name of a network's last activation, and the range of its output."""
    for operation in reversed(list(operations(network))):
        name = _name(getattr(operation, "activation", operation))
        if name in RANGES:
            return name, RANGES[name]
        if _name(operation) not in SAME_VALUES:
            break
    return "", ANYTHING


def _name(function: object) -> str:
    return str(getattr(function, "__name__", type(function).__name__)).lower()


def _sees_own_rows(layer: keras.Layer) -> bool:
    return type(layer) in (keras.layers.BatchNormalization, keras.layers.Dropout)


def _range(array: np.ndarray) -> Range:
    """Return the least and the greatest value in some of the data, as a step sees them."""
    rows = LAZY_ROWS if isinstance(array, LazyImages) else ROWS
    some = np.asarray(array[:: math.ceil(len(array) / rows)])
    low, high = from_uint8(np.array([some.min(), some.max()]))
    return float(low), float(high)
