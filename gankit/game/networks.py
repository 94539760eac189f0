"""The networks of a game by name, and what they compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
from keras import ops

from gankit.data.named import Named

DISCRIMINATOR = "discriminator"  # the player whose networks see real and generated images


class Networks(Named):
    """The networks of a game by name.

    Args:
        things: `keras.Model`s by name.
        players: The names of the networks that each player trains.

    Raises:
        GankitError: There is no network of a name, other than with `get`.
    """

    def __init__(
        self, things: Mapping[str, Any], players: Mapping[str, tuple[str, ...]] | None = None
    ):
        hint = "leave out the part that asks for it, or choose another loss: gankit list losses"
        super().__init__(things, "the game has no network", hint)
        self.players = players or {}

    def of(self, player: str) -> tuple[str, ...]:
        """Return the names of a player's networks, such as `d_a` and `d_b` in CycleGAN.

        In a game without that player it is the player's name alone.

        Args:
            player: Such as `discriminator`.
        """
        return tuple(self.players.get(player, (player,)))


def discriminators(networks: Networks) -> tuple[str, ...]:
    """Return the names of the networks that see real and generated images."""
    return tuple(networks.players.get(DISCRIMINATOR, ()))


def operations(network: keras.Model) -> Iterator[keras.Operation]:
    """Yield the layers and operations of a network in order, including those of nested networks."""
    for operation in keras.Function(network.inputs, network.outputs).operations:
        if isinstance(operation, keras.Model):
            yield from operations(operation)
        else:
            yield operation


def inputs(network: keras.Model, x: Any, labels: Any) -> Any:
    """Return the inputs of a network: x and, if it takes them, the labels."""
    return [x, labels] if len(network.inputs) > 1 else x


def inference(network: keras.Model, values: Sequence[keras.Variable], x: Any, labels: Any) -> Any:
    """Return the output of a network in inference, with values in place of its `variables`."""
    by_id = dict(zip(map(id, network.variables), values))
    groups = (network.trainable_variables, network.non_trainable_variables)
    weights = ([by_id[id(v)].value for v in group] for group in groups)
    given = inputs(network, ops.convert_to_tensor(x), labels)
    return ops.stop_gradient(network.stateless_call(*weights, given, training=False)[0])
