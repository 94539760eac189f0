"""The networks of a game by name, and what they compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
from keras import ops

from gankit.data.named_mapping import Named
from gankit.errors import GankitError
from gankit.messages import listed

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


def conditions(network: keras.Model) -> tuple[str, ...]:
    """Return the names of a network's inputs after the first, such as `labels`."""
    return tuple(each.name for each in network.inputs[1:])


def inputs(network: keras.Model, x: Any, rows: Mapping[str, Any], name: str = "") -> Any:
    """Return the inputs of a network: x, and the others by their names.

    Args:
        network: The network.
        x: Its first input.
        rows: What the others may be, by name.
        name: Of the network, for errors.

    Raises:
        GankitError: x is several tensors, or there is nothing of an input's name.
    """
    name = name or network.name
    if isinstance(x, list | tuple | dict):
        raise GankitError(
            f"the {name} received {len(x)} tensors, but only its first input is passed here",
            "the others come from the batch, by the name of their keras.Input, or from "
            'given={"NAME": …}',
        )
    names = conditions(network)
    if missing := [each for each in names if each not in rows]:
        raise GankitError(
            f"the {name} has the input {missing[0]!r}, but there is no array of this name. "
            f"The arrays are: {listed(sorted(rows))}",
            f'name the input after an array, keras.Input(…, name="labels"), choose data that has '
            f'it, or pass given={{"{missing[0]}": …}}',
        )
    if not names:
        return x
    return keras.tree.pack_sequence_as(network.input, [x, *(rows[each] for each in names)])


def check_given(network: keras.Model, given: Mapping[str, Any], name: str) -> None:
    """Raise an error if a network has no input of a name.

    Raises:
        GankitError: There is none.
    """
    names = conditions(network)
    if unknown := [each for each in given if each not in names]:
        raise GankitError(
            f"the {name} has no input {unknown[0]!r} after its first one. It has: {listed(names)}",
            f'keras.Input(…, name="{unknown[0]}") makes one',
        )


def inference(
    network: keras.Model,
    values: Sequence[keras.Variable],
    x: Any,
    rows: Mapping[str, Any],
    name: str = "",
) -> Any:
    """Return the outputs of a network in inference, with values in place of its `variables`."""
    by_id = dict(zip(map(id, network.variables), values))
    groups = (network.trainable_variables, network.non_trainable_variables)
    weights = ([by_id[id(v)].value for v in group] for group in groups)
    made = network.stateless_call(
        *weights, inputs(network, ops.convert_to_tensor(x), rows, name), training=False
    )
    return keras.tree.map_structure(ops.stop_gradient, made[0])
