"""The one model: a game whose step is written once."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from gankit import engine, random
from gankit.data.scaling import tensor_from_uint8
from gankit.game import step
from gankit.game.averages import Averages
from gankit.game.carried_weights import Carried, carry_over
from gankit.game.loss import Loss, noise_shape
from gankit.game.networks import Networks, check_given, inference, inputs
from gankit.game.optimizers import Optimizers
from gankit.game.scalars import scalar_names
from gankit.game.stabilizer import Stabilizer
from gankit.game.stabilizers import Stabilizers
from gankit.game.turn import Batch, Tensor, rows


class GAN(engine.Trainer):
    """A game of players who take turns, each training its own networks.

    Args:
        networks: The networks by name. The first input of each is noise (batch, latent), or
            images; the others are filled from the batch by the names of their `keras.Input`.
        loss: Names the players and scores their turns.
        stabilizers: Change the game, in this order.
        repeats: The turns of each player in a step, each on a fresh part of the batch; 1 if not
            named.
        simultaneous: Whether all players are scored on one shared forward pass, before any of them
            is updated.
        seed: Of all randomness inside the step.
        previous: The game of the stage before; weights of networks of the same name start from
            its weights of the same path and shape.

    Attributes:
        given: The networks by name before the stabilizers rebuilt them; the weights are the same.
        networks: The networks by name.
        carried: How many weights of each network are those of the previous game.
        averages: A `gankit.Averages`: the averaged weights of networks by name; samples are made
            by these.
        stabilizers: In their order.
        seed: The `keras.random.SeedGenerator` to draw from inside the step.
        steps: The number of steps so far, a variable.
        means: The means over the epoch of all that is logged, by name.
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
        self.stabilizers = Stabilizers(stabilizers)
        self.networks = self.stabilizers.rebuild(Networks(networks, loss.players))
        self.carried: tuple[Carried, ...] = ()
        if previous is not None:  # the networks have, besides, what the stabilizers added
            both = (previous.given, self.given), (previous.networks, self.networks)
            self.carried = carry_over(*both)
        self.averages = Averages(self.networks)
        self.repeats = {player: (repeats or {}).get(player, 1) for player in loss.players}
        self.simultaneous = simultaneous
        self.seed = keras.random.SeedGenerator(engine.seed(seed))
        self.steps = keras.Variable(0, dtype="int32", trainable=False, name="steps")
        self.broken_at = keras.Variable(-1, dtype="int32", trainable=False, name="broken_at")
        self._networks = list(self.networks.values())  # checkpoints hold them before the states
        self._states = self.stabilizers.prepare(self)
        names = scalar_names(loss)
        names += self.stabilizers.names(names)
        self.means = {name: keras.metrics.Mean(name=name) for name in names}
        self.built = True

    def compile(self, optimizers: Mapping[str, keras.optimizers.Optimizer]) -> None:
        """Give each player its optimizer."""
        super().compile(optimizer=None, jit_compile=engine.jit_compile())
        self.optimizer = Optimizers(
            {player: (optimizers[player], self.trained_by(player)) for player in self.game.players}
        )

    def trained_by(self, player: str) -> list[keras.Variable]:
        """Return the variables that a player trains, those of shared layers once."""
        networks = [self.networks[name] for name in self.game.players[player]]
        return list({id(v): v for n in networks for v in n.trainable_variables}.values())

    def trains(self, player: str, name: str) -> bool:
        """Return whether a player trains any variable of a network."""
        own = set(map(id, self.trained_by(player)))
        return not own.isdisjoint(map(id, self.networks[name].trainable_variables))

    @property
    def metrics(self) -> list[keras.Metric]:
        """Means over the epoch of all that is logged."""
        return list(self.means.values())

    # The step

    def play(self, batch: Batch) -> dict[str, Tensor]:
        """Play one step of the game on a batch of real data; returns the epoch's means so far.

        Raises:
            GankitError: Something in the step draws from Keras' global seed.
        """
        step.play(self, {name: tensor_from_uint8(array) for name, array in batch.items()})
        self.steps.assign_add(1)
        return {name: mean.result() for name, mean in self.means.items()}

    # What a turn asks for

    def view(self, images: Tensor) -> Tensor:
        """Return the images as the stabilizers let the discriminator see them."""
        return self.stabilizers.view(images)

    def replace_fakes(self, name: str, images: Tensor) -> Tensor:
        """Return the generated images that a discriminator judges on its own turn."""
        return self.stabilizers.replace_fakes(name, images)

    def noise(self, name: str, batch: Batch) -> Tensor:
        """Return standard normal noise for the first input of a network, a row for each example."""
        shape = (rows(batch), *self.networks[name].inputs[0].shape[1:])
        return random.normal(shape, seed=self.seed)

    def call_network(self, network: keras.Model, x: Tensor, batch: Batch) -> Any:
        """Return a network's outputs in training, in float32.

        Args:
            network: One of the game's, or a part of one.
            x: Its first input, (batch, …).
            batch: The other inputs, by their names.
        """
        made = network(inputs(network, x, batch, self._name_of(network)), training=True)
        return keras.tree.map_structure(lambda y: ops.cast(y, "float32"), made)

    def _name_of(self, network: keras.Model) -> str:
        return next((n for n, each in self.networks.items() if each is network), network.name)

    # Samples

    @property
    def noise_shape(self) -> tuple[int, ...]:
        """The shape of the noise of one sample, (latent,); an error if there is no noise."""
        return noise_shape(self.game, self.networks)

    def sample(
        self,
        noise: Tensor,
        labels: Tensor = None,
        name: str = "generator",
        given: Mapping[str, Tensor] | None = None,
    ) -> Any:
        """Return what a network makes of noise or images, by its averaged weights if it has any.

        Args:
            noise: Standard normal, (count, latent), or images if the network takes them.
            labels: The classes, (count,), if the network takes them.
            name: Of the network.
            given: The network's other inputs by name, (count, …) each.

        Returns:
            Its output in inference; all of them if it has several.

        Raises:
            GankitError: The network has an input of another name, or none of a name in `given`.
        """
        network, given = self.networks[name], given or {}
        check_given(network, given, name)
        others = dict(given) if labels is None else {"labels": labels, **given}
        return inference(network, self.averages.get(name, network.variables), noise, others, name)
