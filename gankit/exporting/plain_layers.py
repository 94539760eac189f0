"""A network as others know it: in Keras' own layers."""

from collections.abc import Mapping
from typing import Any

import keras

from gankit.game.networks import operations
from gankit.layers import Portable

# What matters only while a network is trained.
_FOR_TRAINING = ("_initializer", "_regularizer", "_constraint")


def plain(network: keras.Model) -> keras.Model:
    """Return a copy of a network in Keras' own layers; what has no equal there stays as it is.

    Layers of `gankit.layers` become those of the same name in Keras, a `Portable` says itself what
    it becomes. Where a layer is left that Keras does not know, the copy shares it with the network.

    Args:
        network: A functional or sequential model, built.
    """
    same = unfolded(network)
    config = description(same)
    if config is None:
        return same
    copy = keras.saving.deserialize_keras_object(config)
    copy.set_weights(same.get_weights())
    return copy


def description(network: keras.Model) -> dict[str, Any] | None:
    """Return the configuration from which Keras alone builds a network, None if it cannot."""
    if strangers(network):
        return None
    return _renamed(keras.saving.serialize_keras_object(network))


def strangers(network: keras.Model) -> list[str]:
    """Return what a network has that Keras alone cannot load, each as `name (class)`."""
    return [f"{o.name} ({type(o).__name__})" for o in operations(network) if _is_stranger(o)]


def unfolded(network: keras.Model) -> keras.Model:
    """Return the network with its own weights, each `Portable` as the layers that it says it is."""

    def call(layer, *inputs, **options):
        if isinstance(layer, Portable):
            return layer.plain(*inputs)
        return layer(*inputs, **options)

    def inner(layer):
        return unfolded(layer) if isinstance(layer, keras.Model) else layer

    functional = keras.Model(network.input, network.output, name=network.name)
    return keras.models.clone_model(functional, clone_function=inner, call_function=call)


def _renamed(config: Any) -> Any:
    """Return a configuration in which our layers have the names of Keras' own."""
    if isinstance(config, list | tuple):
        return [_renamed(value) for value in config]
    if not isinstance(config, Mapping):
        return config
    named = {key: _renamed(value) for key, value in config.items()}
    for key, value in named.items():
        if key.endswith(_FOR_TRAINING) and _is_strange(value):
            named[key] = None
    if named.get("module") == "gankit.layers":
        named |= {"module": "keras.layers", "registered_name": None}
    return named


def _is_stranger(operation: keras.Operation) -> bool:
    try:
        return _is_strange(_renamed(keras.saving.serialize_keras_object(operation)))
    except (NotImplementedError, TypeError, ValueError):  # it has no configuration
        return True


def _is_strange(config: Any) -> bool:
    """Return whether a configuration names anything that is not Keras' own."""
    if isinstance(config, Mapping):
        own = str(config.get("module", "keras")).partition(".")[0] == "keras"
        inner = list(config.values())
        return not own or config.get("class_name") == "__lambda__" or _is_strange(inner)
    return isinstance(config, list | tuple) and any(map(_is_strange, config))
