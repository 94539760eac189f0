"""What a network is made of, and what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras

from gankit.data.named import Named


def operations(network: keras.Model) -> Iterator[keras.Operation]:
    """Yield the layers and operations of a network in their order, those of networks in it too."""
    for operation in keras.Function(network.inputs, network.outputs).operations:
        if isinstance(operation, keras.Model):
            yield from operations(operation)
        else:
            yield operation


class Networks(Named):
    """The networks of a game by name.

    Args:
        things: `keras.Model`s by name.
        players: The names of the networks that each player trains.

    Raises:
        GankitError: On asking for a name that there is not, other than with `get`.
    """

    def __init__(
        self, things: Mapping[str, Any], players: Mapping[str, tuple[str, ...]] | None = None
    ):
        hint = "leave out the part that asks for it, or choose another loss: gankit list losses"
        super().__init__(things, "the game has no network", hint)
        self.players = players or {}

    def of(self, player: str) -> tuple[str, ...]:
        """Return the names of the networks of a player: `d_a` and `d_b` where two are judging.

        Where the game has no such player, as in a stage without a discriminator, it is the name of
        the player.

        Args:
            player: Such as `discriminator`.
        """
        return tuple(self.players.get(player, (player,)))


def judges(networks: Networks) -> tuple[str, ...]:
    """Return the names of the networks that see real and generated images: the discriminators."""
    return tuple(networks.players.get("discriminator", ()))
