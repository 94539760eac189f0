"""The weights by the paths of their layers, and from what description Keras builds the network."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import ops

from gankit.exporting.plain_layers import description, plain

prepared = plain


def write(network: keras.Model, path: Path, about: Mapping) -> None:
    """Write the weights as arrays, and as `about.json` what they are: JSON, a text without shape.

    `about.json` has Keras' description of the network under `config`; null where it has layers that
    Keras does not know.
    """
    text = json.dumps({**about, "config": description(network)}, ensure_ascii=False)
    arrays = {name: ops.convert_to_numpy(v.value) for name, v in _weights(network)}
    np.savez(path, **{"about.json": np.array(text)}, **arrays)


def outputs(path: Path, inputs: Sequence[np.ndarray], network: keras.Model) -> np.ndarray:
    """Return what the arrays make of inputs, in a network built from their description.

    Where there is none, they are put into `network`.
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    config = json.loads(arrays.pop("about.json").item())["config"]
    built = keras.saving.deserialize_keras_object(config) if config else network
    weights = dict(_weights(built))
    for weight in weights.values():
        weight.assign(ops.zeros_like(weight.value))
    for name, array in arrays.items():
        weights[name].assign(array)
    return ops.convert_to_numpy(built(list(inputs) if len(inputs) > 1 else inputs[0]))


def _weights(network: keras.Model) -> Iterator[tuple[str, keras.Variable]]:
    """Yield the weights by their paths; layers of one name inside others are numbered."""
    seen: Counter[str] = Counter()
    for weight in network.weights:
        seen[weight.path] += 1
        number = seen[weight.path]
        yield weight.path + f"-{number}" * (number > 1), weight
