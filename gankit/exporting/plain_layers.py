"""Conversion of a network to Keras' own layers."""

from collections.abc import Mapping
from typing import Any

import keras

from gankit.game.networks import operations
from gankit.layers import Portable

# Configuration that matters only in training.
_FOR_TRAINING = ("_initializer", "_regularizer", "_constraint")


def plain(network: keras.Model) -> keras.Model:
    """Return a copy of a network in Keras' own layers, as far as there are equal ones.

    Layers of `gankit.layers` become those of the same name in Keras, a `Portable` what it says. If
    Keras does not know some layer, the copy shares the network's layers.
    """
    same = unfolded(network)
    config = description(same)
    if config is None:
        return same
    copy = keras.saving.deserialize_keras_object(config)
    copy.set_weights(same.get_weights())
    return copy


def description(network: keras.Model) -> dict[str, Any] | None:
    """Return the configuration from which Keras alone builds a network; None if it cannot."""
    if foreign_layers(network):
        return None
    config: dict[str, Any] = _renamed(keras.saving.serialize_keras_object(network))
    return config


def foreign_layers(network: keras.Model) -> list[str]:
    """Return the layers that Keras alone cannot load, each as `name (class)`."""
    return [f"{o.name} ({type(o).__name__})" for o in operations(network) if _is_foreign(o)]


def unfolded(network: keras.Model) -> keras.Model:
    """Return the network with its own weights, each `Portable` replaced by its plain layers."""

    def call(layer: keras.Operation, *inputs: Any, **options: Any) -> Any:
        return layer.plain(*inputs) if isinstance(layer, Portable) else layer(*inputs, **options)

    def inner(layer: keras.Operation) -> keras.Operation:
        return unfolded(layer) if isinstance(layer, keras.Model) else layer

    functional = keras.Model(network.input, network.output, name=network.name)
    return keras.models.clone_model(functional, clone_function=inner, call_function=call)


def _renamed(config: Any) -> Any:
    """Return a configuration in which gankit's layers have the names of Keras' own."""
    if isinstance(config, list | tuple):
        return [_renamed(value) for value in config]
    if not isinstance(config, Mapping):
        return config
    named = {key: _renamed(value) for key, value in config.items()}
    for key, value in named.items():
        if key.endswith(_FOR_TRAINING) and _names_foreign(value):
            named[key] = None
    if named.get("module") == "gankit.layers":
        named |= {"module": "keras.layers", "registered_name": None}
    return named


def _is_foreign(operation: keras.Operation) -> bool:
    try:
        return _names_foreign(_renamed(keras.saving.serialize_keras_object(operation)))
    except (NotImplementedError, TypeError, ValueError):  # it has no configuration
        return True


def _names_foreign(config: Any) -> bool:
    """Return whether a configuration names anything that is not Keras' own."""
    if isinstance(config, Mapping):
        own = str(config.get("module", "keras")).partition(".")[0] == "keras"
        inner = list(config.values())
        return not own or config.get("class_name") == "__lambda__" or _names_foreign(inner)
    return isinstance(config, list | tuple) and any(map(_names_foreign, config))
