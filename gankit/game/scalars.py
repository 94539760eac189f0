"""What a step shows: the names of its scalars, and how often the discriminator was right."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from keras import ops

from gankit.errors import GankitError
from gankit.game.loss import Loss
from gankit.game.stabilizer import Stabilizer
from gankit.game.turn import Turn

CHARTS = {"loss": "game/loss", "acc": "game/accuracy", "grad_norm": "game/gradient_norm"}


def scalar_name(player: str, quantity: str, players: Iterable[str]) -> str:
    """Return the name of a player's scalar, such as `d_loss`.

    Players who share a first letter get their full names: `d0_loss` and `d1_loss`.
    """
    alone = sum(other[0] == player[0] for other in players) == 1
    return f"{player[0] if alone else player}_{quantity}"


def scalar_names(loss: Loss, stabilizers: Sequence[Stabilizer]) -> list[str]:
    """Return the names of all that a step shows, in the order in which it is shown.

    Raises:
        GankitError: A stabilizer shows something by a name that the game gives.
    """
    names = [name for player in loss.players for name in _of_player(player, loss)]
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


def accuracies(turn: Turn, loss: Loss) -> dict[str, Any]:
    """Return the fraction of logits on the side of the loss's boundary that the player wants."""
    if loss.boundary is None or not turn.judgments:
        return {}
    fooled = _mean([_above(judgment.fake, loss.boundary) for judgment in turn.judgments])
    found = {"acc": fooled}
    if turn.player == "discriminator":
        real = _mean([_above(judgment.real, loss.boundary) for judgment in turn.judgments])
        found = {"real_acc": real, "fake_acc": 1 - fooled, "acc": (real + 1 - fooled) / 2}
    return {scalar_name(turn.player, name, loss.players): value for name, value in found.items()}


def _of_player(player: str, loss: Loss) -> Iterator[str]:
    quantities = ["loss", "grad_norm"]
    if loss.boundary is not None:
        quantities[1:1] = ["real_acc", "fake_acc"] * (player == "discriminator") + ["acc"]
    yield from (scalar_name(player, quantity, loss.players) for quantity in quantities)


def _above(logits, boundary: float):
    return ops.mean(ops.cast(logits > boundary, "float32"))


def _mean(values: list):
    return sum(values) / len(values)
