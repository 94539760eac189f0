"""The scalars that the game logs: losses, accuracies and gradient norms."""

from collections.abc import Iterable
from typing import Any

from keras import ops

from gankit.errors import GankitError
from gankit.game.loss import Loss
from gankit.game.networks import DISCRIMINATOR
from gankit.game.turn import Turn

CHARTS = {"loss": "game/loss", "acc": "game/accuracy", "grad_norm": "game/gradient_norm"}


def scalar_name(player: str, quantity: str, players: Iterable[str]) -> str:
    """Return the name of a player's scalar, such as `d_loss`.

    Players who share a first letter get their full names: `d0_loss` and `d1_loss`.
    """
    alone = sum(other[0] == player[0] for other in players) == 1
    return f"{player[0] if alone else player}_{quantity}"


def scalar_names(loss: Loss) -> list[str]:
    """Return the names of all that a loss makes the game log, in order."""
    return [
        scalar_name(player, quantity, loss.players)
        for player in loss.players
        for quantity in ("loss", *_accuracies(player, loss), "grad_norm")
    ]


def accuracies(turn: Turn, loss: Loss) -> dict[str, Any]:
    """Return the fraction of logits on the side of the boundary that the player wants."""
    if loss.boundary is None or not turn.judgments:
        return {}
    fooled = _mean(_above(judgment.fake, loss.boundary) for judgment in turn.judgments)
    found = {"acc": fooled}
    if turn.player == DISCRIMINATOR:
        real = _mean(_above(judgment.real, loss.boundary) for judgment in turn.judgments)
        found = {"real_acc": real, "fake_acc": 1 - fooled, "acc": (real + 1 - fooled) / 2}
    return {scalar_name(turn.player, name, loss.players): value for name, value in found.items()}


def scalar(value: Any, what: str) -> Any:
    """Return a value that a step adds up and minimises.

    Args:
        value: What a loss or a stabilizer returned.
        what: Its name in an error.

    Raises:
        GankitError: It is not a scalar.
    """
    if value is None:
        raise GankitError(f"{what} must be a scalar. Received: None", "add the missing return")
    if shape := tuple(getattr(value, "shape", ())):
        hint = "return the mean over the batch, ops.mean(…)"
        raise GankitError(f"{what} must be a scalar. Received: the shape {shape}", hint)
    return value


def _accuracies(player: str, loss: Loss) -> tuple[str, ...]:
    if loss.boundary is None:
        return ()
    return ("real_acc", "fake_acc", "acc") if player == DISCRIMINATOR else ("acc",)


def _above(logits: Any, boundary: float) -> Any:
    return ops.mean(ops.cast(logits > boundary, "float32"))


def _mean(values: Iterable[Any]) -> Any:
    values = list(values)
    return sum(values) / len(values)
