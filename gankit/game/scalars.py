"""What a step shows: the names of its scalars, and how often the discriminator was right."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from keras import ops

from gankit.errors import GankitError
from gankit.game.loss import Loss
from gankit.game.stabilizer import Stabilizer
from gankit.game.turn import Turn

CHARTS = {"loss": "game/loss", "acc": "game/accuracy", "grad_norm": "game/gradient_norm"}


def scalar_name(player: str, quantity: str) -> str:
    """Return the name of a player's quantity, e.g. `d_loss` for the discriminator's loss."""
    return f"{player[0]}_{quantity}"


def scalar_names(loss: Loss, stabilizers: Sequence[Stabilizer]) -> list[str]:
    """Return the names of all that a step shows, in the order in which it is shown.

    Raises:
        GankitError: A stabilizer shows something by a name that the game gives.
    """
    names = [name for player in loss.players for name in _of_player(player, loss.boundary)]
    names += [penalty_name(s) for s in stabilizers if adds_penalty(s)]
    for stabilizer in stabilizers:
        if taken := sorted(set(stabilizer.logged) & set(names)):
            raise GankitError(
                f"{type(stabilizer).__name__} shows {', '.join(taken)}, which the game shows "
                "itself: losses, accuracies, gradient norms, and penalties by the name of a class",
                "call it otherwise in shows, and in what watch returns",
            )
    return names + [name for s in stabilizers for name in s.logged]


def scalar(value: Any, of: str) -> Any:
    """Return a value that is added up and minimised.

    Args:
        value: What a loss or a stabilizer returned.
        of: What it is of, as an error says it.

    Raises:
        GankitError: It is no number, or one for each example.
    """
    if value is None:
        raise GankitError(f"{of} is None, and should be a scalar", "is there a return missing?")
    if shape := tuple(getattr(value, "shape", ())):
        raise GankitError(
            f"{of} is of the shape {shape}, and should be a scalar", "return its ops.mean(…)"
        )
    return value


def penalty_name(stabilizer: Stabilizer) -> str:
    """Return the name of a stabilizer's penalty, its class in snake case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(stabilizer).__name__).lower()


def adds_penalty(stabilizer: Stabilizer) -> bool:
    """Return whether a stabilizer has a penalty of its own."""
    return type(stabilizer).penalty is not Stabilizer.penalty


def watched(stabilizer: Stabilizer, turn: Turn) -> dict[str, Any]:
    """Return what a stabilizer shows of a turn, by name.

    Raises:
        GankitError: It shows something that is not in its `logged`.
    """
    found = stabilizer.watch(turn)
    if untold := sorted(set(found) - set(stabilizer.logged)):
        who = type(stabilizer).__name__
        raise GankitError(
            f"watch of {who} returns {', '.join(untold)}, which is not in its shows",
            f"name them there: logged = {(*stabilizer.logged, *untold)}",
        )
    # a variable is not yet a tensor on every backend
    return {name: ops.convert_to_tensor(value) for name, value in found.items()}


def accuracies(turn: Turn, boundary: float | None) -> Mapping:
    """Return the share of logits on the side of the boundary that the player wants them on.

    Args:
        turn: Of the discriminator, or of who is to fool it.
        boundary: The logit above which an image is taken for real; None shows nothing.
    """
    if boundary is None or not turn.judgments:
        return {}
    fooled = _mean([_above(judgment.fake, boundary) for judgment in turn.judgments])
    if turn.player != "discriminator":
        return {scalar_name(turn.player, "acc"): fooled}
    real = _mean([_above(judgment.real, boundary) for judgment in turn.judgments])
    shares = {"real_acc": real, "fake_acc": 1 - fooled, "acc": (real + 1 - fooled) / 2}
    return {scalar_name(turn.player, name): share for name, share in shares.items()}


def _of_player(player: str, boundary: float | None) -> Iterator[str]:
    yield scalar_name(player, "loss")
    if boundary is not None:
        shares = ("real_acc", "fake_acc", "acc") if player == "discriminator" else ("acc",)
        yield from (scalar_name(player, share) for share in shares)
    yield scalar_name(player, "grad_norm")


def _above(logits, boundary: float):
    return ops.mean(ops.cast(logits > boundary, "float32"))


def _mean(values: list):
    return sum(values) / len(values)
