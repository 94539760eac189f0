"""Weights that go from the networks of one game to those of the next, by path and shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import keras
from keras import ops

from gankit.game.networks import operations

Networks = Mapping[str, keras.Model]
Pair = tuple[keras.Variable, keras.Variable]


@dataclass(frozen=True)
class Carried:
    """How many weights of a network came from the game before, and how many it has."""

    network: str
    count: int
    total: int

    def __str__(self) -> str:
        return f"{self.count} of {self.total} weights of the {self.network}"


def carry_over(*steps: tuple[Networks, Networks]) -> tuple[Carried, ...]:
    """Assign weights of old networks to new ones of the same name.

    Args:
        steps: Old and new networks by name. The last new ones are those that the result describes.
    """
    done: set[int] = set()
    for old, new in steps:
        for name in old.keys() & new.keys():
            for before, after in matching(old[name], new[name]):
                after.assign(ops.convert_to_numpy(before))
                done.add(id(after))
    return tuple(
        Carried(name, sum(id(w) in done for w in network.weights), len(network.weights))
        for name, network in steps[-1][1].items()
    )


def matching(old: keras.Model, new: keras.Model) -> Iterator[Pair]:
    """Yield the weights of two networks that belong together, and have equal shapes.

    Weights belong together if they have the same path. If Keras numbered the layers, paths say
    nothing. Weights then belong together by their order, if the networks have the same layers, or
    all the same shapes.
    """
    pairs: Iterable[Pair] = zip(old.weights, new.weights)
    if _shapes(old) != _shapes(new):
        pairs = zip(_ordered(old), _ordered(new)) if _alike(old, new) else _of_one_path(old, new)
    return ((before, after) for before, after in pairs if before.shape == after.shape)


def _shapes(network: keras.Model) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in network.weights]


def _alike(old: keras.Model, new: keras.Model) -> bool:
    """Return whether two networks have the same kinds of layers, with the same kinds of weights."""
    return list(_kinds(old)) == list(_kinds(new))


def _kinds(network: keras.Model) -> Iterator[tuple[str, str]]:
    for layer in _layers(network):
        yield from ((type(layer).__name__, weight.name) for weight in layer.weights)


def _ordered(network: keras.Model) -> list[keras.Variable]:
    return [weight for layer in _layers(network) for weight in layer.weights]


def _layers(network: keras.Model) -> list[keras.Layer]:
    found = {id(o): o for o in operations(network) if isinstance(o, keras.Layer)}
    return list(found.values())


def _of_one_path(old: keras.Model, new: keras.Model) -> Iterator[Pair]:
    before = _by_path(old)
    return ((before[path], w) for path, w in _by_path(new).items() if path in before)


def _by_path(network: keras.Model) -> dict[tuple[str, int], keras.Variable]:
    """Return the weights by path; nested networks may repeat one, and are counted."""
    seen: Counter[str] = Counter()
    found = {}
    for weight in network.weights:
        seen[weight.path] += 1
        found[weight.path, seen[weight.path]] = weight
    return found
