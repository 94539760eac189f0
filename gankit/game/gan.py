"""The one model: a game whose step is written once."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import keras
from keras import ops

from gankit import engine
from gankit.data.scaling import tensor_from_uint8
from gankit.errors import GankitError
from gankit.game.loss import Loss, draws_from_noise
from gankit.game.networks import Networks
from gankit.game.optimizers import Optimizers
from gankit.game.scalars import (
    accuracies,
    adds_penalty,
    penalty_name,
    scalar,
    scalar_name,
    scalar_names,
    watched,
)
from gankit.game.stabilizer import Stabilizer
from gankit.game.turn import Round, Targets, Tensor, Turn

Batch = Mapping[str, Any]


class GAN(engine.Trainer, keras.Model):
    """A game of players who take turns, each training its own networks.

    Args:
        networks: The networks by name. The first input of each is what it turns into something
            else: noise (batch, latent), or images; a second one takes labels (batch,).
        loss: Names the players and scores their turns.
        stabilizers: Change the game, in this order.
        repeats: How often each player plays in a step, each time on a fresh part of the batch; 1 if
            not named.
        simultaneous: Whether all players are scored on one shared forward pass, before any of them
            moves.
        seed: Of all randomness inside the step.
        previous: The game of the stage before; networks of the same name go on from its weights
            where these have the same shapes.

    Attributes:
        given: The networks by name, before the stabilizers rebuilt them; the weights are the same.
        networks: The networks by name, as the stabilizers rebuilt them.
        averages: For each network that is sampled by other weights than its own, these, in the
            order of its `variables`.
        seed: The `keras.random.SeedGenerator` to draw from inside the step.
        steps: The number of steps played, a variable.
        broken_at: The first step whose loss was not finite, a variable; −1 if there is none.
    """

    def __init__(
        self,
        networks: Mapping[str, keras.Model],
        loss: Loss,
        stabilizers: Sequence[Stabilizer] = (),
        *,
        repeats: Mapping[str, int] | None = None,
        simultaneous: bool = False,
        seed: int = 0,
        previous: GAN | None = None,
    ):
        super().__init__(name="gan")
        self.game = loss
        self.given = UserDict(networks)  # which Keras does not track
        for stabilizer in stabilizers:
            networks = stabilizer.rebuild(Networks(networks, loss.players))
        self.networks = Networks(networks, loss.players)
        if previous is not None:
            _carry_over(previous.given, self.given)
            _carry_over(previous.networks, self.networks)  # with what the stabilizers added
        self.averages: UserDict[str, list[Any]] = UserDict()
        self.stabilizers = tuple(stabilizers)
        self.repeats = {player: (repeats or {}).get(player, 1) for player in loss.players}
        self.simultaneous = simultaneous
        self.seed = keras.random.SeedGenerator(seed)
        self.steps = keras.Variable(0, dtype="int32", trainable=False, name="steps")
        self.broken_at = keras.Variable(-1, dtype="int32", trainable=False, name="broken_at")
        for stabilizer in self.stabilizers:
            stabilizer.prepare(self)
        self._networks = list(self.networks.values())
        self._states = [_State(stabilizer) for stabilizer in self.stabilizers]
        names = scalar_names(loss, self.stabilizers)
        self._trackers = {name: keras.metrics.Mean(name=name) for name in names}
        self.built = True

    def compile(self, optimizers: Mapping[str, keras.optimizers.Optimizer]) -> None:
        """Give each player its optimizer."""
        super().compile(optimizer=None, jit_compile=engine.jit_compile())
        self.optimizer = Optimizers(
            {player: (optimizers[player], self.trained_by(player)) for player in self.game.players}
        )

    def trained_by(self, player: str) -> list[keras.Variable]:
        """Return the variables that a player's turn moves."""
        names = self.game.players[player]
        return [v for name in names for v in self.networks[name].trainable_variables]

    @property
    def metrics(self) -> list[keras.Metric]:
        """Means over the epoch of the losses, accuracies, gradient norms and penalties."""
        return list(self._trackers.values())

    # The step

    def play(self, batch: Batch) -> dict[str, Tensor]:
        """Play one step of the game on a batch of real data; returns the epoch's means so far."""
        batch = {name: tensor_from_uint8(array) for name, array in batch.items()}
        if self.simultaneous:
            self._update(tuple(self.game.players), batch)
        else:
            for player, repeats in self.repeats.items():
                for turn in range(repeats):
                    self._update((player,), self._part(batch, turn))
        self.steps.assign_add(1)
        return {name: tracker.result() for name, tracker in self._trackers.items()}

    def _part(self, batch: Batch, turn: int) -> dict[str, Tensor]:
        rows = _rows(batch) // max(self.repeats.values())
        return {name: x[turn * rows : (turn + 1) * rows] for name, x in batch.items()}

    def _update(self, players: tuple[str, ...], batch: Batch) -> None:
        """Score the players on one forward pass, then move each of them."""

        def losses() -> tuple[list[Tensor], list[dict[str, Tensor]]]:
            round = Round(self, batch)
            scored = [self._score(Turn(p, round, len(players) == 1)) for p in players]
            return [self.optimizer.scale(p, loss) for p, (loss, _) in zip(players, scored)], [
                scalars for _, scalars in scored
            ]

        targets = [self.trained_by(player) for player in players]
        _, scalars, gradients = engine.gradients(losses, targets)
        for player, gradient, found in zip(players, gradients, scalars):
            self._log(player, found, self.optimizer.norm(player, gradient))
            self.optimizer.apply(player, gradient, self._should_update(player))
        for player in players:
            for stabilizer in self.stabilizers:
                stabilizer.after(player, self)

    def _score(self, turn: Turn) -> tuple[Tensor, dict[str, Tensor]]:
        """Return what the player minimises, and the scalars to show."""
        where = f"on the turn of the {turn.player}"
        loss = scalar(self.game(turn), f"the loss {type(self.game).__name__} {where}")
        scalars: dict[str, Tensor] = {}
        for stabilizer in filter(adds_penalty, self.stabilizers):
            of = f"the penalty of {type(stabilizer).__name__} {where}"
            penalty = scalar(stabilizer.penalty(turn), of)
            loss = loss + penalty
            if not isinstance(penalty, float):
                name = penalty_name(stabilizer)  # two of one class are shown as their sum
                scalars[name] = scalars.get(name, 0.0) + penalty
        scalars |= accuracies(turn, self.game)
        scalars[scalar_name(turn.player, "loss", self.game.players)] = loss
        for stabilizer in self.stabilizers:
            scalars |= watched(stabilizer, turn)
        return loss, scalars

    def _should_update(self, player: str) -> Any:
        """Return whether all stabilizers let the player's networks move, True if none minds."""
        answers = [stabilizer.should_update(player, self) for stabilizer in self.stabilizers]
        minded = [answer for answer in answers if answer is not True]
        return reduce(ops.logical_and, minded) if minded else True

    def _log(self, player: str, scalars: Mapping[str, Tensor], norm: Tensor) -> None:
        loss = scalars[scalar_name(player, "loss", self.game.players)]
        new = ops.logical_and(self.broken_at.value < 0, ops.logical_not(ops.isfinite(loss)))
        self.broken_at.assign(ops.where(new, self.steps.value, self.broken_at.value))
        for name, value in {
            **scalars,
            scalar_name(player, "grad_norm", self.game.players): norm,
        }.items():
            self._trackers[name].update_state(value)

    # What a turn asks for

    def view(self, images: Tensor) -> Tensor:
        """Return the images as the stabilizers let the discriminator see them."""
        for stabilizer in self.stabilizers:
            images = stabilizer.view(images)
        return images

    def retarget(self, targets: Targets) -> Targets:
        """Return the targets as the stabilizers change them."""
        for stabilizer in self.stabilizers:
            targets = stabilizer.targets(targets)
        return targets

    def replace_fakes(self, name: str, images: Tensor) -> Tensor:
        """Return the generated images that stabilizers let a discriminator judge on its turn."""
        for stabilizer in self.stabilizers:
            images = stabilizer.replace_fakes(name, images)
        return images

    def draw(self, name: str, batch: Batch, images: Tensor | None = None) -> Tensor:
        """Return what a network makes of images, or of fresh noise for each row; float32."""
        network = self.networks[name]
        if images is None:
            shape = (_rows(batch), *network.inputs[0].shape[1:])
            images = keras.random.normal(shape, seed=self.seed)
        return ops.cast(self.call_network(network, images, batch), "float32")

    def call_network(self, network: keras.Model, x: Tensor, batch: Batch) -> Tensor:
        """Return a network's output in training, for x and, where it takes them, the labels."""
        return network(self._inputs(network, x, batch.get("labels")), training=True)

    @property
    def noise_shape(self) -> tuple[int, ...]:
        """The shape of the noise of one sample, (latent,); an error where images are taken."""
        if not draws_from_noise(type(self.game)):
            raise GankitError(
                f"the generators of {type(self.game).__name__} make images of images, and "
                "samples are made of noise",
                "see what it makes in the run's folder, under samples",
            )
        shape: tuple[int, ...] = self.networks["generator"].inputs[0].shape[1:]
        return shape

    def sample(self, noise: Tensor, labels: Tensor = None, name: str = "generator") -> Tensor:
        """Return what a network makes of noise or images, by averaged weights if it has any.

        Args:
            noise: Standard normal, (count, latent), or images if the network takes them.
            labels: The classes, (count,), where the network takes them.
            name: Of the network.
        """
        network = self.networks[name]
        averages = dict(zip(map(id, network.variables), self.averages.get(name, network.variables)))
        weights = [
            [averages[id(v)].value for v in group]
            for group in (network.trainable_variables, network.non_trainable_variables)
        ]
        inputs = self._inputs(network, ops.convert_to_tensor(noise), labels)
        return ops.stop_gradient(network.stateless_call(*weights, inputs, training=False)[0])

    @staticmethod
    def _inputs(network: keras.Model, x: Tensor, labels: Tensor) -> Tensor:
        return [x, labels] if len(network.inputs) > 1 else x


class _State(keras.Layer):
    """Holds the variables and networks of a stabilizer, so that Keras carries and saves them."""

    def __init__(self, stabilizer: Stabilizer):
        super().__init__(name=f"{penalty_name(stabilizer)}_state")
        self.held = [value for value in vars(stabilizer).values() if is_state(value)]
        self.built = True


def is_state(value: Any) -> bool:
    """Return whether the value of an attribute is state that a game finds."""
    if isinstance(value, dict):
        return is_state(list(value.values()))
    if isinstance(value, list | tuple):
        return bool(value) and all(map(is_state, value))
    return isinstance(value, keras.Variable | keras.Layer) and not isinstance(value, GAN)


def _carry_over(old: Mapping[str, keras.Model], new: Mapping[str, keras.Model]) -> None:
    """Give networks the weights of those of the same name and shapes."""
    for name in old.keys() & new.keys():
        if [v.shape for v in old[name].weights] == [v.shape for v in new[name].weights]:
            new[name].set_weights(old[name].get_weights())


def _rows(batch: Batch) -> Any:
    return ops.shape(next(iter(batch.values())))[0]
