"""The optimizers of all players, as the one optimizer that Keras carries."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from gankit import engine


class Optimizers:
    """Joins an optimizer a player: Keras' trainers carry and save the `variables` of one object.

    In mixed float16 each optimizer scales its loss, so that small gradients do not vanish.

    Args:
        players: For each player its optimizer and the variables that it moves.
    """

    built = True

    def __init__(self, players: Mapping[str, tuple[keras.optimizers.Optimizer, list]]):
        self.by_player = {player: _scaling(optimizer) for player, (optimizer, _) in players.items()}
        self.moved = {player: variables for player, (_, variables) in players.items()}
        for player, optimizer in self.by_player.items():
            optimizer.build(self.moved[player])

    @property
    def variables(self) -> list[keras.Variable]:
        """The variables of all optimizers."""
        return [v for optimizer in self.by_player.values() for v in optimizer.variables]

    def scale(self, player: str, loss):
        """Return the loss as it is to be differentiated."""
        return self.by_player[player].scale_loss(loss)

    def norm(self, player: str, gradients: Sequence):
        """Return the global norm of the gradients of a scaled loss, as if it were not scaled."""
        squares = sum(ops.sum(ops.square(ops.cast(g, "float32"))) for g in gradients)
        return ops.sqrt(squares) / self.scale(player, 1.0)

    def apply(self, player: str, gradients: Sequence, moves=True) -> None:
        """Move the player's networks by one step.

        Args:
            player: Whose.
            gradients: Of its variables.
            moves: A boolean tensor that, where false, leaves the networks and the optimizer as they
                were; True asks nothing.
        """
        optimizer, variables = self.by_player[player], self.moved[player]
        held = [] if moves is True else [*variables, *optimizer.variables]
        before = [ops.copy(variable.value) for variable in held]
        engine.apply(optimizer, gradients, variables)
        for variable, value in zip(held, before):
            variable.assign(ops.where(moves, variable.value, value))


def _scaling(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    if keras.config.dtype_policy().name != "mixed_float16":
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)
