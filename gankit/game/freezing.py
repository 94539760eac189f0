"""Layers that are not trained, chosen by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import keras

from gankit.errors import GankitError
from gankit.game.networks import operations
from gankit.messages import listed, shown, suggestion


def freeze(networks: Mapping[str, keras.Model], patterns: Iterable[str]) -> None:
    """Make layers of networks not trainable.

    Args:
        networks: By name.
        patterns: Names of layers, such as `d_block_*`, or of a layer of one network, such as
            `discriminator/dense`.

    Raises:
        GankitError: No layer has such a name.
    """
    layers = {name: layers_by_name(network) for name, network in networks.items()}
    for pattern in patterns:
        found = [
            layer
            for network, named in layers.items()
            for name, layer in named.items()
            if fnmatchcase(name, pattern) or fnmatchcase(f"{network}/{name}", pattern)
        ]
        if not found:
            known = list(dict.fromkeys(name for named in layers.values() for name in named))
            raise GankitError(
                f"start.freeze: no network has a layer {shown(pattern)}."
                f"{suggestion(pattern, known)} Allowed: {listed(known)}"
            )
        for layer in found:
            layer.trainable = False


def layers_by_name(network: keras.Model) -> dict[str, keras.Layer]:
    """Return the layers of a network that have weights, by name.

    Names that Keras numbers are those of a network that is alone: `dense`, `dense_1`, …
    """
    seen: Counter[str] = Counter()
    found: dict[str, keras.Layer] = {}
    for layer in operations(network):
        if isinstance(layer, keras.Layer) and layer.weights and layer not in found.values():
            kind = re.sub(r"_\d+$", "", layer.name)
            numbered = kind.replace("_", "") == type(layer).__name__.lower()
            name = kind if numbered else layer.name
            found[f"{name}_{seen[name]}" if seen[name] else name] = layer
            seen[name] += 1
    return found
