"""What a loss keeps to."""

import inspect
from collections import Counter
from typing import Any

import keras
import numpy as np
from keras import ops

from gankit.engine import input_gradient
from gankit.gan import GAN
from gankit.loss import AdversarialLoss, Loss
from gankit.scalars import scalar_name
from gankit.testing.game import Batch, MakeNetworks, batch_of_pictures, game, networks, play, values
from gankit.testing.requirement import equal, name_of, require
from gankit.turn import Judgment

SURE = 50.0  # the logit of a discriminator that is sure: 1 − sigmoid(50) is 0 in float32
RATE = 0.003


def check_loss(
    loss: Loss,
    networks: MakeNetworks = networks,
    batch: Batch | None = None,
    steps: int = 12,
) -> None:
    """Check a loss: finite, falling on each player's turn, and moving only the player's networks.

    Each player plays some steps on one batch and the same noise, while the others keep still.

    Args:
        loss: What is played.
        networks: Returns fresh networks by name, every one that the players train; by default a
            generator and a discriminator of pictures (8, 8, 1).
        batch: Real data by name, as the loss asks for it; by default 16 pictures of uint8.
        steps: How many.

    Raises:
        AssertionError: It does not keep to what a loss is; says what to do.
    """
    if isinstance(loss, AdversarialLoss):
        _check_formulas(loss)
    _check_players(loss, networks())
    gan = game(loss, made=networks())
    gan.compile({player: keras.optimizers.Adam(RATE) for player in loss.players})
    for player in loss.players:
        _check_turns(gan, player, batch or batch_of_pictures(), steps)


def _check_players(loss: Loss, made: Any) -> None:
    who = name_of(loss)
    named = [network for trained in loss.players.values() for network in trained]
    missing = sorted(set(named) - set(made))
    require(
        not missing,
        f"{who} trains {', '.join(missing)}, which is none of the networks {', '.join(made)}",
        "correct `players`, or give check_loss the networks that the loss is made for",
    )
    shared = [network for network, times in Counter(named).items() if times > 1]
    require(
        not shared,
        f"{who} lets several players train the {', '.join(shared)}: a turn moves another's network",
        "name each network once in `players`, with the one player whose turn moves it",
    )


def _check_formulas(loss: AdversarialLoss) -> None:
    """Check both formulas on the logits of a discriminator that is sure, rightly or wrongly."""
    for player in ("discriminator", "generator"):
        asked = list(inspect.signature(getattr(loss, player)).parameters)
        strange = [name for name in asked if name not in ("real", "fake", "targets")]
        require(
            not strange,
            f"{name_of(loss)}.{player} asks for {', '.join(strange)}",
            "ask for some of real, fake and targets, by these names",
        )
        for real, fake in ((SURE, -SURE), (-SURE, SURE), (0.0, 0.0)):
            _check_formula(loss, player, real, fake, asked)


def _check_formula(
    loss: AdversarialLoss, player: str, real: float, fake: float, asked: list[str]
) -> None:
    logits = {"real": ops.full((8, 1), real), "fake": ops.full((8, 1), fake)}

    def score(**changed: Any) -> Any:
        both = logits | changed
        judgment = Judgment(lambda x: x, both["real"], both["fake"], lambda targets: targets)
        return loss.score(player, judgment)

    who, at = f"{name_of(loss)}.{player}", f"at the logits real = {real:g}, fake = {fake:g}"
    value = score()
    require(
        tuple(ops.shape(value)) == (),
        f"{who} returns the shape {tuple(ops.shape(value))}",
        "return a scalar, such as the mean over the batch: ops.mean(…)",
    )
    require(
        np.isfinite(_array(value)),
        f"{who} is {float(value)} {at}",
        "write it for logits without sigmoid, exp and log: log sigmoid(x) is -ops.softplus(-x)",
    )
    for name in set(asked) & set(logits):
        slope = input_gradient(lambda x, name=name: score(**{name: x}), logits[name])
        require(
            slope is None or np.isfinite(_array(slope)).all(),
            f"the gradient of {who} by {name} is not finite {at}",
            "keep the arguments of square roots and logarithms away from 0",
        )


def _check_turns(gan: GAN, player: str, batch: Batch, steps: int) -> None:
    """Check what comes of a player's turns while the others keep still."""
    who = f"{name_of(gan.game)}, on the turn of the {player},"
    own = gan.game.players[player]
    before = {name: values(network.trainable_variables) for name, network in gan.networks.items()}
    first, last = _overfit(gan, player, batch, steps)
    require(
        np.isfinite([first, last]).all(),
        f"{who} is {first:g} at first, and {last:g} after {steps} steps",
        "it must be finite: look for logarithms and divisions",
    )
    for name, network in gan.networks.items():
        moved = not equal(before[name], values(network.trainable_variables))
        require(
            not moved or name in own,
            f"{who} moved the {name}",
            f"it may move {', '.join(own)} only: assign no weights, return a scalar instead",
        )
        require(
            moved or name not in own,
            f"{who} left the {name} as it was",
            "let the scalar depend on what the network makes of its input",
        )
    require(
        last < first,
        f"{who} did not fall: {first:g} at first, {last:g} after {steps} steps on one batch",
        "a player minimises what is returned: look at the sign",
    )


def _overfit(gan: GAN, player: str, batch: Batch, steps: int) -> tuple[float, float]:
    """Return the player's loss before and after steps in which the others keep still."""
    for name, optimizer in gan.optimizer.by_player.items():
        optimizer.learning_rate = RATE if name == player else 0.0
    seed, losses = values([gan.seed.state])[0], []
    for _ in range(steps + 1):
        gan.seed.state.assign(seed)
        gan.reset_metrics()
        losses.append(play(gan, batch)[scalar_name(player, "loss")])
    return losses[0], losses[-1]


def _array(tensor: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(ops.stop_gradient(tensor)))
