"""A discriminator that judges several examples together."""

from collections.abc import Mapping

import keras
from keras import ops

import gankit
from gankit_standard.stabilizers.graph import exchanged, rebuilt


class Packing(gankit.Stabilizer):
    """Lets the discriminator judge several examples together, so that it sees when they are alike.

    Examples that follow each other in the batch are laid side by side on the last axis, and the
    first layers of the discriminator are made anew for the wider input: one logit for each pack,
    (batch // size, 1). What does not fill a pack is not judged. Name it before stabilizers that
    change the discriminator's layers. Penalties of the slope hold for each example, not the pack.

    Args:
        size: m of the paper, the examples in a pack; 1 leaves the discriminator as it is.

    Reference:
        Lin et al. 2018, PacGAN: The Power of Two Samples in Generative Adversarial Networks,
        arXiv:1712.04086.
    """

    def __init__(self, size: gankit.Count = 2):
        self.size = size

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Make the first layers of the discriminator wider."""
        if self.size == 1:
            return networks
        return exchanged(networks, ("discriminator",), lambda network: _packed(network, self.size))


class Pack(keras.layers.Layer):
    """Lays examples side by side: (batch, …, n) → (batch // size, …, size · n).

    Args:
        size: How many make one.
    """

    def __init__(self, size: int):
        super().__init__(dtype="float32")
        self.size = size

    def compute_output_shape(self, shape):
        """Return the shape of the packs."""
        rows = None if shape[0] is None else shape[0] // self.size
        return (rows, *shape[1:-1], self.size * shape[-1])

    def call(self, examples):
        """Return the packs of examples (batch, …, n)."""
        *inner, last = examples.shape[1:]
        rows = ops.shape(examples)[0] // self.size
        packs = ops.reshape(examples[: rows * self.size], (rows, self.size, *inner, last))
        return ops.reshape(ops.moveaxis(packs, 1, -2), (rows, *inner, self.size * last))


def _packed(network: keras.Model, size: int) -> keras.Model:
    """Return the network on packs; layers that get what they got keep their weights."""
    if len(network.inputs) > 1:
        raise gankit.GankitError(
            f"packing gives a pack one logit, but the {network.name} judges each example by its "
            "label",
            "set conditional = false in the recipe's [architecture], or leave packing out",
        )
    remade = {}

    def enter(inputs):
        return map(Pack(size), inputs)

    def call(layer, *inputs, **options):
        return _called(layer, remade, inputs, options)

    return rebuilt(network, call, enter)


def _called(layer, remade: dict, inputs: tuple, options: dict):
    """Return what the layer, made anew where it gets more than it got, makes of inputs."""
    try:
        if isinstance(layer, keras.layers.Layer) and _shapes(inputs) != _shapes(layer.input):
            if layer not in remade:
                remade[layer] = layer.from_config(layer.get_config())
            layer = remade[layer]
        return layer(*inputs, **options)
    except Exception as error:
        raise gankit.GankitError(
            f"packing cannot make the layer {layer.name!r} ({type(layer).__name__}) anew for an "
            f"input of shape {_shapes(inputs)}: {error}",
            "name packing first among the stabilizers, or choose another architecture: "
            "gankit list architectures",
        ) from error


def _shapes(inputs) -> list:
    return [tuple(x.shape) for x in keras.tree.flatten(inputs) if isinstance(x, keras.KerasTensor)]
