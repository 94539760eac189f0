"""A discriminator that judges several examples together."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

import gankit
from gankit_standard.stabilizers.network_layers import exchanged, rebuilt


class Packing(gankit.Stabilizer):
    """Lets the discriminator judge several examples together, so that it sees when they are alike.

    Consecutive examples of the batch are stacked on the last axis, and the first layers of the
    discriminator are rebuilt for the wider input: one logit for each pack, (batch // size, 1).
    Examples that do not fill a pack are dropped. List it before stabilizers that change the
    discriminator's layers. Penalties on the slope apply to each example, not to the pack.

    Args:
        size: m of the paper, the examples in a pack; 1 changes nothing.

    Reference:
        Lin et al. 2018, PacGAN, arXiv:1712.04086.
    """

    def __init__(self, size: gankit.Count = 2):
        self.size = size

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Widen the first layers of the discriminator."""
        if self.size == 1:
            return networks
        return exchanged(networks, ("discriminator",), lambda network: _packed(network, self.size))


class Pack(keras.layers.Layer):
    """Stacks examples on the last axis: (batch, …, n) → (batch // size, …, size · n)."""

    def __init__(self, size: int):
        super().__init__(dtype="float32")
        self.size = size

    def compute_output_shape(self, shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the packs."""
        rows = None if shape[0] is None else shape[0] // self.size
        return (rows, *shape[1:-1], self.size * shape[-1])

    def call(self, examples: Any) -> Any:
        """Return the packs of examples (batch, …, n)."""
        *inner, last = examples.shape[1:]
        rows = ops.shape(examples)[0] // self.size
        packs = ops.reshape(examples[: rows * self.size], (rows, self.size, *inner, last))
        return ops.reshape(ops.moveaxis(packs, 1, -2), (rows, *inner, self.size * last))


def _packed(network: keras.Model, size: int) -> keras.Model:
    """Return the network on packs; layers whose input has the same shape keep their weights."""
    if len(network.inputs) > 1:
        raise gankit.GankitError(
            f"packing judges examples together, but the {network.name} judges each with its label",
            "set conditional = false in the recipe's [architecture], or leave packing out",
        )
    wider: dict[Any, Any] = {}

    def call(layer: Any, *inputs: Any, **options: Any) -> Any:
        try:
            if isinstance(layer, keras.layers.Layer) and _shapes(inputs) != _shapes(layer.input):
                if layer not in wider:
                    wider[layer] = layer.from_config(layer.get_config())
                layer = wider[layer]
            return layer(*inputs, **options)
        except Exception as error:
            raise gankit.GankitError(
                f"packing cannot rebuild the layer {layer.name!r} ({type(layer).__name__}) for an "
                f"input of shape {_shapes(inputs)}: {error}",
                "list packing first among the stabilizers, or choose another architecture: "
                "gankit list architectures",
            ) from error

    return rebuilt(network, call, lambda inputs: map(Pack(size), inputs))


def _shapes(inputs: Any) -> list[tuple[int | None, ...]]:
    return [tuple(x.shape) for x in keras.tree.flatten(inputs) if isinstance(x, keras.KerasTensor)]
