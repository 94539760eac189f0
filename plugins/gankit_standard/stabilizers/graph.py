"""The layers of a network: called in another way, or looked into."""

from collections.abc import Callable, Iterable

import keras
from keras import ops

import gankit

KERNELS = (
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
    keras.layers.Dense,
)


def rebuilt(network: keras.Model, call: Callable, enter: Callable = list) -> keras.Model:
    """Return the network with its own weights, each layer's output being `call(layer, *inputs)`.

    Layers inside a layer stay as they are.

    Args:
        network: A functional or sequential model.
        call: What is done with each layer or operation.
        enter: Returns, for a list of the inputs, what goes on in their place.
    """
    functional = keras.Model(network.input, network.output, name=network.name)
    fresh = keras.tree.map_structure(_input_like, functional.input)
    flat = keras.tree.flatten(fresh)
    entered = dict(zip(map(id, flat), enter(flat)))

    def through(layer, *inputs, **options):
        inputs, options = keras.tree.map_structure(
            lambda x: entered.get(id(x), x), (inputs, options)
        )
        return call(layer, *inputs, **options)

    return keras.models.clone_model(
        functional,
        input_tensors=fresh,
        clone_function=lambda layer: layer,
        call_function=through,
    )


def exchanged(
    networks: gankit.Networks, players: Iterable[str], change: Callable[[keras.Model], keras.Model]
) -> dict[str, keras.Model]:
    """Return the networks by name, those of some players changed."""
    names = [name for player in players for name in networks.of(player)]
    return {**networks, **{name: change(networks[name]) for name in names}}


def hidden(network: keras.Model, name: str = "") -> tuple[keras.Model, keras.KerasTensor]:
    """Return the network on inputs of its own, and the features (batch, …) inside it.

    Args:
        network: A discriminator.
        name: The layer that gives the features; without one they are what goes into the last
            layer that has a kernel.

    Raises:
        GankitError: There is no such layer.
    """
    entering, leaving = {}, {}

    def call(layer, *inputs, **options):
        leaving[layer.name] = layer(*inputs, **options)
        if _has_kernel(layer):
            entering[layer.name] = inputs[0]
        return leaving[layer.name]

    whole = rebuilt(network, call)
    if not name and entering:
        return whole, list(entering.values())[-1]
    if name not in leaving:
        raise gankit.GankitError(
            f"the {network.name} has no hidden layer {name!r}. Allowed: {', '.join(leaving)}",
            "gankit show feature-matching",
        )
    return whole, leaving[name]


def as_matrix(layer: keras.layers.Layer, kernel):
    """Return a kernel with the inputs of the layer in rows and its outputs in columns."""
    if "Transpose" in type(layer).__name__:
        last = len(kernel.shape) - 1
        kernel = ops.transpose(kernel, (*range(last - 1), last, last - 1))
    return ops.reshape(kernel, (-1, kernel.shape[-1]))


def _has_kernel(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, (*KERNELS, keras.layers.Wrapper))


def _input_like(x) -> keras.KerasTensor:
    return keras.Input(batch_shape=x.shape, dtype=x.dtype, name=x.name)
