"""What a network is made of, and what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import keras

if TYPE_CHECKING:
    from gankit.gan import GAN


def operations(network: keras.Model) -> Iterator[keras.Operation]:
    """Yield the layers and operations of a network in their order, those of networks in it too."""
    for operation in keras.Function(network.inputs, network.outputs).operations:
        if isinstance(operation, keras.Model):
            yield from operations(operation)
        else:
            yield operation


def judges(gan: GAN) -> tuple[str, ...]:
    """Return the names of the networks that see real and generated images: the discriminators."""
    return tuple(gan.game.players.get("discriminator", ()))
