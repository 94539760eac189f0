"""One step of a game: the players take their turns, in the order in which the loss names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from keras import ops

from gankit import engine
from gankit.game.scalars import accuracies, scalar, scalar_name
from gankit.game.seeds import without_global_seed
from gankit.game.turn import Batch, Round, Tensor, Turn

if TYPE_CHECKING:
    from gankit.game.gan import GAN


def play(gan: GAN, batch: Batch) -> None:
    """Give each player its turns, and update it after each; or all at once, if simultaneous.

    Raises:
        GankitError: Something in the step draws from Keras' global seed.
    """
    with without_global_seed():
        if gan.simultaneous:
            _update(gan, tuple(gan.game.players), batch)
            return
        for player, repeats in gan.repeats.items():
            for turn in range(repeats):
                _update(gan, (player,), _part(gan, batch, turn))


def _part(gan: GAN, batch: Batch, turn: int) -> Batch:
    """Return the rows of a turn, which no other turn of the player has."""
    turns = max(gan.repeats.values())
    return {name: engine.part(x, turn, turns) for name, x in batch.items()}


def _update(gan: GAN, players: tuple[str, ...], batch: Batch) -> None:
    """Score the players on one forward pass, then update each of them."""

    def losses() -> tuple[list[Tensor], list[dict[str, Tensor]]]:
        round = Round(gan, batch)
        scored = [_score(gan, Turn(p, round, len(players) == 1)) for p in players]
        scaled = [gan.optimizer.scale(p, loss) for p, (loss, _) in zip(players, scored)]
        return scaled, [scalars for _, scalars in scored]

    targets = [gan.trained_by(player) for player in players]
    scored, gradients = engine.gradients(losses, targets)
    for player, scalars, gradient in zip(players, scored, gradients):
        _log(gan, player, scalars, gan.optimizer.norm(player, gradient))
        should_update = gan.stabilizers.should_update(player, gan)
        gan.optimizer.apply(player, gradient, should_update)
    for player in players:
        gan.stabilizers.after(player, gan)


def _score(gan: GAN, turn: Turn) -> tuple[Tensor, dict[str, Tensor]]:
    """Return what the player minimises, and the scalars to log."""
    what = f"the loss {type(gan.game).__name__} on the turn of the {turn.player}"
    loss, scalars = gan.stabilizers.penalise(scalar(gan.game(turn), what), turn)
    scalars |= accuracies(turn, gan.game)
    scalars[scalar_name(turn.player, "loss", gan.game.players)] = loss
    return loss, scalars | gan.stabilizers.watch(turn)


def _log(gan: GAN, player: str, scalars: Mapping[str, Tensor], norm: Tensor) -> None:
    loss = scalars[scalar_name(player, "loss", gan.game.players)]
    new = ops.logical_and(gan.broken_at.value < 0, ops.logical_not(ops.isfinite(loss)))
    gan.broken_at.assign(ops.where(new, gan.steps.value, gan.broken_at.value))
    logged = {**scalars, scalar_name(player, "grad_norm", gan.game.players): norm}
    for name, value in logged.items():
        gan.means[name].update_state(value)
