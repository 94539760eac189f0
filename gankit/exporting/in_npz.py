"""The format `npz`: the weights by path, and Keras' description of the network."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from gankit.exporting.plain_layers import description, plain

prepared = plain


def write(network: keras.Model, path: Path, about: Mapping[str, object]) -> None:
    """Write the weights as arrays, and `about.json` as a string array.

    Its entry `config` is Keras' description of the network; null if Keras does not know all layers.
    """
    text = json.dumps({**about, "config": description(network)}, ensure_ascii=False)
    arrays: dict[str, Any] = {"about.json": np.array(text)}
    arrays |= {name: ops.convert_to_numpy(weight.value) for name, weight in _weights(network)}
    np.savez(path, **arrays)


def outputs(path: Path, inputs: Sequence[np.ndarray], network: keras.Model) -> np.ndarray:
    """Return the outputs of the described network, or of `network` without a description."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    config = json.loads(arrays.pop("about.json").item())["config"]
    built = keras.saving.deserialize_keras_object(config) if config else network
    weights = dict(_weights(built))
    for weight in weights.values():
        weight.assign(ops.zeros_like(weight.value))
    for name, array in arrays.items():
        weights[name].assign(array)
    return np.asarray(ops.convert_to_numpy(built(list(inputs) if len(inputs) > 1 else inputs[0])))


def _weights(network: keras.Model) -> Iterator[tuple[str, keras.Variable]]:
    """Yield the weights by path; a repeated path gets a number."""
    seen: Counter[str] = Counter()
    for weight in network.weights:
        seen[weight.path] += 1
        number = seen[weight.path]
        yield weight.path + f"-{number}" * (number > 1), weight
