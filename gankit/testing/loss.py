"""The contract of a loss."""

import inspect
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

from gankit.engine import input_gradient
from gankit.game.gan import GAN
from gankit.game.judgment import Judgment
from gankit.game.loss import AdversarialLoss, Loss
from gankit.game.scalars import scalar_name
from gankit.testing.game import (
    Batch,
    MakeNetworks,
    array,
    batch_of_images,
    game,
    networks,
    play,
    values,
)
from gankit.testing.requirement import equal, name_of, require

SURE = 50.0  # the logit of a confident discriminator: 1 − sigmoid(50) is 0 in float32
RATE = 0.003


def check_loss(
    loss: Loss,
    networks: MakeNetworks = networks,
    batch: Batch | None = None,
    steps: int = 12,
) -> None:
    """Check that a loss is finite, falls on each player's turn, and moves only its networks.

    Each player plays some steps on one batch and the same noise while the others stand still.

    Args:
        loss: The loss.
        networks: Returns new networks by name, all that the players train; by default a generator
            and a discriminator of images (8, 8, 1).
        batch: Real data by name, as the loss requires; by default 16 uint8 images.
        steps: The number of steps.

    Raises:
        AssertionError: The loss breaks its contract; the message says how to fix it.
    """
    if isinstance(loss, AdversarialLoss):
        _check_formulas(loss)
    _check_players(loss, networks())
    gan = game(loss, made=networks())
    gan.compile({player: keras.optimizers.Adam(RATE) for player in loss.players})
    turns = [_overfit(gan, player, batch or batch_of_images(), steps) for player in loss.players]
    for turn in turns:
        _check_moved(loss, turn, gan.networks)
    for turn in turns:
        if gan.trained_by(turn.player):
            _check_fall(loss, turn, steps)


def _check_players(loss: Loss, made: Mapping[str, keras.Model]) -> None:
    who = name_of(loss)
    trained = [network for networks in loss.players.values() for network in networks]
    missing = sorted(set(trained) - set(made))
    require(
        not missing,
        f"{who} trains {', '.join(missing)}, which is not one of the networks {', '.join(made)}",
        "correct `players`, or give check_loss the networks that the loss is made for",
    )
    shared = [network for network, times in Counter(trained).items() if times > 1]
    require(
        not shared,
        f"in {who} several players train the {', '.join(shared)}",
        "name each network once in `players`, for the player whose turn moves it",
    )


def _check_formulas(loss: AdversarialLoss) -> None:
    """Check both formulas on the logits of a confident discriminator, right or wrong."""
    for player in ("discriminator", "generator"):
        who = f"{name_of(loss)}.{player}"
        asked = list(inspect.signature(getattr(loss, player)).parameters)
        unknown = [name for name in asked if name not in ("real", "fake", "targets")]
        require(
            not unknown,
            f"{who} asks for {', '.join(unknown)}",
            "ask for some of real, fake and targets, by these names",
        )
        undecided = loss.boundary or 0.0
        for real, fake in ((SURE, -SURE), (-SURE, SURE), (undecided, undecided)):
            slopes = _check_formula(loss, player, real, fake, asked)
        _check_signs(who, player, slopes)


def _check_formula(
    loss: AdversarialLoss, player: str, real: float, fake: float, asked: list[str]
) -> dict[str, float]:
    """Check the score and its gradient at some logits, and return the gradient's sums by name."""
    logits = {"real": ops.full((8, 1), real), "fake": ops.full((8, 1), fake)}

    def score(**changed: Any) -> Any:
        both = logits | changed
        judgment = Judgment(lambda x: x, both["real"], both["fake"], lambda targets: targets)
        return loss.score(player, judgment)

    who, at = f"{name_of(loss)}.{player}", f"at the logits real = {real:g}, fake = {fake:g}"
    value, slopes = score(), {}
    require(
        tuple(ops.shape(value)) == (),
        f"{who} returns the shape {tuple(ops.shape(value))}",
        "return a scalar, such as the mean over the batch: ops.mean(…)",
    )
    require(
        np.isfinite(array(value)),
        f"{who} is {float(value)} {at}",
        "write it for logits without sigmoid, exp and log: log sigmoid(x) is -ops.softplus(-x)",
    )
    for name in set(asked) & set(logits):
        slope = input_gradient(partial(_scored, score, name), logits[name])
        slopes[name] = 0.0 if slope is None else float(array(slope).sum())
        require(
            np.isfinite(slopes[name]),
            f"the gradient of {who} by {name} is not finite {at}",
            "keep the arguments of square roots and logarithms away from 0",
        )
    return slopes


def _check_signs(who: str, player: str, slopes: Mapping[str, float]) -> None:
    """Check that the discriminator raises the logits of real images, and the generator its own."""
    directions = {"discriminator": {"real": 1, "fake": -1}, "generator": {"fake": 1}}[player]
    for name, sign in directions.items():
        change = "rise" if sign > 0 else "fall"
        require(
            sign * slopes.get(name, 0.0) <= 0,
            f"{who} rises when the logits `{name}` {change}, which the {player} wants",
            "a player minimises what its formula returns: change the sign",
        )


@dataclass(frozen=True)
class Turns:
    """The result of a player's turns while the others stood still.

    `moved` has the networks that changed, `strayed` those with a change that is not the player's.
    """

    player: str
    first: float
    last: float
    moved: Collection[str]
    strayed: Collection[str]

    def of(self, loss: Loss) -> str:
        """Return whose turns these are, in words."""
        return f"{name_of(loss)}, on the turn of the {self.player},"


def _overfit(gan: GAN, player: str, batch: Batch, steps: int) -> Turns:
    """Play steps on one batch and the same noise in which only one player moves."""
    for name, optimizer in gan.optimizer.by_player.items():
        optimizer.learning_rate = RATE if name == player else 0.0
    variables = {id(v): v for n in gan.networks.values() for v in n.trainable_variables}
    before = values(variables.values())
    seed, losses = values([gan.seed.state])[0], []
    for _ in range(steps + 1):
        gan.seed.state.assign(seed)
        gan.reset_metrics()
        losses.append(play(gan, batch)[scalar_name(player, "loss", gan.game.players)])
    pairs = zip(variables, before, values(variables.values()))
    changed = {key for key, old, new in pairs if not equal([old], [new])}
    strayed = changed - set(map(id, gan.trained_by(player)))
    return Turns(player, losses[0], losses[-1], _with(changed, gan), _with(strayed, gan))


def _with(changed: Collection[int], gan: GAN) -> list[str]:
    """Return the names of the networks that have any of these variables."""
    networks = gan.networks.items()
    return [name for name, n in networks if any(id(v) in changed for v in n.trainable_variables)]


def _check_moved(loss: Loss, turns: Turns, made: Mapping[str, keras.Model]) -> None:
    own = loss.players[turns.player]
    require(
        not turns.strayed,
        f"{turns.of(loss)} moved the {', '.join(turns.strayed)}",
        f"it may only move {', '.join(own)}: assign no weights, return a scalar instead",
    )
    still = [n for n in own if made[n].trainable_variables and n not in turns.moved]
    require(
        not still,
        f"{turns.of(loss)} did not move the {', '.join(still)}",
        "compute the scalar from the output of the network",
    )


def _check_fall(loss: Loss, turns: Turns, steps: int) -> None:
    change = f"{turns.first:g} at first, {turns.last:g} after {steps} steps on one batch"
    require(
        np.isfinite([turns.first, turns.last]).all(),
        f"{turns.of(loss)} is not finite: {change}",
        "look for logarithms, roots and divisions",
    )
    require(
        turns.last < turns.first,
        f"{turns.of(loss)} did not fall: {change}",
        "a player minimises the returned value: its gradient must be that of the value",
    )


def _scored(score: Callable[..., Any], name: str, x: Any) -> Any:
    return score(**{name: x})
