"""All stabilizers of a game, asked as one."""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from gankit import engine
from gankit.errors import GankitError
from gankit.game.networks import Networks
from gankit.game.scalars import scalar
from gankit.game.stabilizer import Stabilizer

if TYPE_CHECKING:
    from gankit.game.gan import GAN
    from gankit.game.judgment import Side, Targets
    from gankit.game.turn import Turn


class Stabilizers(tuple[Stabilizer, ...]):
    """The stabilizers of a game in their order; each seam asks one after the other."""

    @property
    def penalties(self) -> tuple[str, ...]:
        """The names of the penalties, as they are logged."""
        return tuple(_snake_case(stabilizer) for stabilizer in self if _penalises(stabilizer))

    def rebuild(self, networks: Networks) -> Networks:
        """Return the networks as the stabilizers rebuild them."""
        for stabilizer in self:
            networks = Networks(stabilizer.rebuild(networks), networks.players)
        return networks

    def prepare(self, gan: GAN) -> list[keras.Layer]:
        """Let the stabilizers make their state; returns layers that hold it."""
        for stabilizer in self:
            stabilizer.prepare(gan)
        return [_State(stabilizer) for stabilizer in self]

    def view(self, images: Any) -> Any:
        """Return images (batch, …) as the discriminator sees them."""
        return reduce(lambda seen, stabilizer: stabilizer.view(seen), self, images)

    def replace_fakes(self, name: str, images: Any) -> Any:
        """Return the generated images that a discriminator judges on its own turn."""
        return reduce(lambda fakes, each: each.replace_fakes(name, fakes), self, images)

    def replace_reals(self, name: str, images: Any) -> Any:
        """Return the real images that a discriminator judges."""
        return reduce(lambda reals, each: each.replace_reals(name, reals), self, images)

    @property
    def weighs(self) -> bool:
        """Whether any of them may weigh examples."""
        return any(map(_weighs, self))

    def weighted(self, turn: Turn, side: Side, logits: Any) -> Any:
        """Return logits whose gradients are multiplied by the weights of their examples."""
        for stabilizer in filter(_weighs, self):
            constant = ops.stop_gradient(logits)
            weights = stabilizer.example_weights(turn, side, constant)
            if not isinstance(weights, float) or weights != 1.0:
                logits = constant + weights * (logits - constant)
        return logits

    def targets(self, targets: Targets) -> Targets:
        """Return the targets of the discriminator."""
        return reduce(lambda changed, stabilizer: stabilizer.targets(changed), self, targets)

    def penalise(self, loss: Any, turn: Turn) -> tuple[Any, dict[str, Any]]:
        """Return a turn's loss with all penalties added, and the penalties by name."""
        penalties: dict[str, Any] = {}
        for stabilizer in filter(_penalises, self):
            what = f"the penalty of {type(stabilizer).__name__} on the turn of the {turn.player}"
            penalty = scalar(stabilizer.penalty(turn), what)
            loss = loss + penalty
            if not isinstance(penalty, float):
                name = _snake_case(stabilizer)  # two of one class are logged as their sum
                penalties[name] = penalties.get(name, 0.0) + penalty
        return loss, penalties

    def watch(self, turn: Turn) -> dict[str, Any]:
        """Return the scalars that the stabilizers log of a turn, by name.

        Raises:
            GankitError: One is not in the `logged` of its stabilizer.
        """
        found: dict[str, Any] = {}
        for stabilizer in self:
            scalars = stabilizer.watch(turn)
            if untold := sorted(set(scalars) - set(stabilizer.logged)):
                who = type(stabilizer).__name__
                raise GankitError(
                    f"{who}.watch returned {', '.join(untold)}, which {who}.logged does not list",
                    f"logged = {(*stabilizer.logged, *untold)}",
                )
            # on some backends a variable is not yet a tensor
            found |= {name: ops.convert_to_tensor(value) for name, value in scalars.items()}
        return found

    def should_update(self, player: str, gan: GAN) -> Any:
        """Return whether to update the player's networks; True if no stabilizer has a say."""
        answers = [stabilizer.should_update(player, gan) for stabilizer in self]
        asked = [answer for answer in answers if answer is not True]
        return reduce(ops.logical_and, asked) if asked else True

    def after(self, player: str, gan: GAN) -> None:
        """Let the stabilizers act after an update of the player's networks."""
        for stabilizer in self:
            stabilizer.after(player, gan)

    def names(self, taken: list[str]) -> list[str]:
        """Return the names of what the stabilizers log, penalties first.

        Args:
            taken: The names that the game logs itself.

        Raises:
            GankitError: One of these is in the `logged` of a stabilizer.
        """
        for stabilizer in self:
            if double := sorted(set(stabilizer.logged) & {*taken, *self.penalties}):
                raise GankitError(
                    f"{type(stabilizer).__name__}.logged has {', '.join(double)}, which the game "
                    "logs itself: losses, accuracies, gradient norms, and penalties by their class",
                    "choose another name in logged and in the result of watch",
                )
        return [*self.penalties, *(name for each in self for name in each.logged)]


class _State(keras.Layer):
    """Holds the variables and networks of a stabilizer, so that Keras tracks and saves them."""

    def __init__(self, stabilizer: Stabilizer):
        super().__init__(name=f"{_snake_case(stabilizer)}_state")
        self.held = [value for value in vars(stabilizer).values() if is_state(value)]
        self.built = True


def is_state(value: Any) -> bool:
    """Return whether an attribute of a stabilizer is state, which the game saves."""
    if isinstance(value, dict):
        return is_state(list(value.values()))
    if isinstance(value, list | tuple):
        return bool(value) and all(map(is_state, value))
    return isinstance(value, keras.Variable | keras.Layer) and not isinstance(value, engine.Trainer)


def _penalises(stabilizer: Stabilizer) -> bool:
    return type(stabilizer).penalty is not Stabilizer.penalty


def _weighs(stabilizer: Stabilizer) -> bool:
    return type(stabilizer).example_weights is not Stabilizer.example_weights


def _snake_case(stabilizer: Stabilizer) -> str:
    """Return the class in snake case, the name of its penalty."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(stabilizer).__name__).lower()
