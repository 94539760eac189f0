"""The optimizers of all players, as the one optimizer that Keras tracks."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from gankit import engine


class Optimizers:
    """Joins one optimizer for each player: Keras tracks and saves the `variables` of one object.

    In mixed float16 each optimizer scales its loss, so that small gradients do not vanish.

    Args:
        players: The optimizer of each player, and the variables that it updates.
    """

    built = True

    def __init__(
        self, players: Mapping[str, tuple[keras.optimizers.Optimizer, list[keras.Variable]]]
    ):
        self.by_player = {player: _scaling(optimizer) for player, (optimizer, _) in players.items()}
        self.updated = {player: variables for player, (_, variables) in players.items()}
        for player, optimizer in self.by_player.items():
            optimizer.build(self.updated[player])

    @property
    def variables(self) -> list[keras.Variable]:
        """The variables of all optimizers."""
        return [v for optimizer in self.by_player.values() for v in optimizer.variables]

    def scale(self, player: str, loss: Any) -> Any:
        """Return the loss to differentiate."""
        return self.by_player[player].scale_loss(loss)

    def norm(self, player: str, gradients: Sequence[Any]) -> Any:
        """Return the global norm of the gradients of a scaled loss, with the scale taken out."""
        squares = sum(ops.sum(ops.square(ops.cast(g, "float32"))) for g in gradients)
        return ops.sqrt(squares) / self.scale(player, 1.0)

    def apply(self, player: str, gradients: Sequence[Any], should_update: Any = True) -> None:
        """Update the player's networks by one step.

        Where the tensor `should_update` is false, the networks and the optimizer stay as they are.
        """
        optimizer, variables = self.by_player[player], self.updated[player]
        held = [] if should_update is True else [*variables, *optimizer.variables]
        before = [ops.copy(variable.value) for variable in held]
        engine.apply(optimizer, gradients, variables)
        for variable, value in zip(held, before):
            variable.assign(ops.where(should_update, variable.value, value))


def _scaling(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    if keras.config.dtype_policy().name != "mixed_float16":
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)
