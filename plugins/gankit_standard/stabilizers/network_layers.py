"""The layers of networks: finding them, and calling them in another way."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

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
WITHOUT_NORM = (
    "set discriminator_norm = false in [architecture], or choose an architecture whose "
    "discriminator has no batch normalisation: gankit list architectures"
)


def rebuilt(
    network: keras.Model,
    call: Callable[..., Any],
    enter: Callable[[list[Any]], Iterable[Any]] = list,
) -> keras.Model:
    """Return the network with the same weights, each layer's output being `call(layer, *inputs)`.

    Layers inside a layer are left alone. `enter` maps the list of the network's inputs to what the
    first layers get instead.
    """
    functional = keras.Model(network.input, network.output, name=network.name)
    fresh = keras.tree.map_structure(
        lambda x: keras.Input(batch_shape=x.shape, dtype=x.dtype, name=x.name), functional.input
    )
    flat = keras.tree.flatten(fresh)
    entered = dict(zip(map(id, flat), enter(flat)))

    def through(layer: Any, *inputs: Any, **options: Any) -> Any:
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
    """Return the networks by name, after a change to those of some players."""
    changed = {name: change(networks[name]) for name in names_of(networks, players)}
    return {**networks, **changed}


def names_of(networks: gankit.Networks, players: Iterable[str]) -> list[str]:
    """Return the names of the networks of some players."""
    return [name for player in players for name in networks.of(player)]


def hidden(network: keras.Model, name: str = "") -> tuple[keras.Model, keras.KerasTensor]:
    """Return the network with inputs of its own, and features (batch, …) inside it.

    They are the output of the layer of this name or, without a name, the input of the last layer
    with a kernel.
    """
    entering, leaving = {}, {}

    def call(layer: Any, *inputs: Any, **options: Any) -> Any:
        leaving[layer.name] = layer(*inputs, **options)
        if isinstance(layer, (*KERNELS, keras.layers.Wrapper)):
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


def wrapped(
    networks: gankit.Networks,
    names: Iterable[str],
    wrap: Callable[[Any], keras.layers.Layer],
    who: str,
) -> dict[str, keras.Model]:
    """Return the networks, the layers with a kernel wrapped in those of `names`.

    Each layer is wrapped once, also in other networks that share it. `who` is for the error.
    """
    found: dict[keras.layers.Layer, keras.layers.Layer] = {}
    for name in names:
        layers = [layer for layer in networks[name].layers if isinstance(layer, KERNELS)]
        if not layers:
            raise gankit.GankitError(
                f"{who} finds no dense or convolutional layer in the {name}",
                "gankit list architectures",
            )
        found |= {layer: wrap(layer) for layer in layers if layer not in found}

    def call(layer: Any, *inputs: Any, **options: Any) -> Any:
        return found.get(layer, layer)(*inputs, **options)

    return {
        name: network if found.keys().isdisjoint(network.layers) else rebuilt(network, call)
        for name, network in networks.items()
    }


class KernelWrapper(gankit.layers.Portable, keras.layers.Wrapper):
    """Calls a built layer with another value of its kernel, the layer's first variable."""

    def __init__(self, layer: keras.layers.Layer, suffix: str):
        super().__init__(layer, name=f"{layer.name}_{suffix}", dtype=layer.dtype_policy)

    @abstractmethod
    def kernel(self, training: bool) -> Any:
        """Return the value for the kernel, in float32."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the layer's output with this kernel."""
        layer, kernel = self.layer, self.kernel(training)
        values = {id(v): v.value for v in layer.variables} | {id(layer.variables[0]): kernel}
        trained, rest = layer.trainable_variables, layer.non_trainable_variables
        groups = ([values[id(v)] for v in group] for group in (trained, rest))
        return layer.stateless_call(*groups, inputs)[0]

    def plain(self, inputs: Any) -> Any:
        """Return the same by a copy of the layer that has this kernel."""
        copy = type(self.layer).from_config(self.layer.get_config())
        outputs = copy(inputs)
        copy.set_weights(self.layer.get_weights())
        copy.variables[0].assign(self.kernel(training=False))
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the layer's output shape, so that building a network need not trace the call."""
        return self.layer.compute_output_shape(input_shape)


def as_matrix(layer: keras.layers.Layer, kernel: Any) -> Any:
    """Return a layer's kernel as a matrix (inputs, outputs)."""
    if "Transpose" in type(layer).__name__:
        last = len(kernel.shape) - 1
        kernel = ops.transpose(kernel, (*range(last - 1), last, last - 1))
    return ops.reshape(kernel, (-1, kernel.shape[-1]))


def has_in_discriminator(gan: gankit.GAN, kind: type[keras.Layer]) -> bool:
    """Return whether a discriminator has a layer of a kind."""
    networks = map(gan.networks.get, gan.networks.of("discriminator"))
    return any(isinstance(x, kind) for x in layers_in([x for x in networks if x]))


def layers_in(networks: list[keras.Model]) -> list[keras.Layer]:
    """Return networks and all layers inside them: in models, in wrappers, in layers, in lists."""
    found: dict[int, keras.Layer] = {}
    waiting: list[Any] = list(networks)
    while waiting:
        value = waiting.pop()
        if isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, keras.Layer) and id(value) not in found:
            found[id(value)] = value
            waiting += vars(value).values()
    return list(found.values())
