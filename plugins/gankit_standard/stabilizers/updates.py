"""What is done with the weights of the networks beside training them."""

from collections.abc import Iterator
from typing import Annotated

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_standard.stabilizers.penalties import Dragan, GradientPenalty
from gankit_standard.stabilizers.ranges import Strength


class Ema(gankit.Stabilizer):
    """Samples from an exponential moving average of the generator's weights.

    After each update of the generator w̄ ← decay · w̄ + (1 − decay) · w, for each network that it
    trains. Training itself is not changed.

    Args:
        decay: The share of the average that stays, at each update; 0 samples the generator itself.
        warm_up: Whether the decay grows from 0 as (1 + t) / (10 + t), so that the random weights of
            the start are forgotten soon.

    Reference:
        Yazıcı et al. 2018, The Unusual Effectiveness of Averaging in GAN Training,
        arXiv:1806.04498.
    """

    def __init__(self, decay: Annotated[float, Field(ge=0, lt=1)] = 0.999, warm_up: bool = True):
        self.decay = decay
        self.warm_up = warm_up

    def prepare(self, gan: gankit.GAN) -> None:
        """Start the average at the weights that the generator has."""
        names = gan.game.players.get("generator", ("generator",))
        self.averages = {name: _copies(gan.networks[name].variables) for name in names}
        gan.averages.update(self.averages)

    def after(self, player: str, gan: gankit.GAN) -> None:
        """Move the average towards the generator."""
        if player != "generator":
            return
        decay = self._decay(ops.cast(gan.steps.value, "float32"))
        for name, averages in self.averages.items():
            for average, variable in zip(averages, gan.networks[name].variables):
                if "float" in average.dtype:  # the state of a random layer is no number to average
                    average.assign(decay * average.value + (1 - decay) * variable.value)

    def _decay(self, steps):
        return ops.minimum(self.decay, (1 + steps) / (10 + steps)) if self.warm_up else self.decay


class WeightClipping(gankit.Stabilizer):
    """Cuts the discriminator's weights to [−limit, limit] after each of its updates.

    It bounds the slope of a Wasserstein critic, roughly; `gradient-penalty` does so better.

    Args:
        limit: c of the paper.

    Reference:
        Arjovsky et al. 2017, Wasserstein GAN, arXiv:1701.07875, algorithm 1.
    """

    bounds_slope = True

    def __init__(self, limit: Annotated[float, Field(gt=0)] = 0.01):
        self.limit = limit

    def after(self, player: str, gan: gankit.GAN) -> None:
        """Clip the discriminator's trainable weights."""
        if player != "discriminator":
            return
        for variable in gan.trained_by(player):
            variable.assign(ops.clip(variable.value, -self.limit, self.limit))

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield a penalty that pulls against the limit."""
        if any(isinstance(x, GradientPenalty | Dragan) and x.weight for x in gan.stabilizers):
            yield gankit.Incompatibility(
                f"weights within ±{self.limit:g} hold the slope of the discriminator down, while "
                "gradient-penalty and dragan draw it to 1",
                "leave one of the two out; gradient-penalty is the better bound",
            )


class HistoricalAveraging(gankit.Stabilizer):
    """Draws each player's weights towards the mean of all that they were, against oscillation.

    Adds weight · ‖θ − (1/t) Σᵢ θᵢ‖² to the loss of every player, where θ₁ … θₜ are its weights
    before its updates so far.

    Args:
        weight: Of the penalty.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.3.
    """

    def __init__(self, weight: Strength = 1e-3):
        self.weight = weight

    def prepare(self, gan: gankit.GAN) -> None:
        """Start the averages at the weights that there are."""
        self.weights = {player: gan.trained_by(player) for player in gan.game.players}
        self.averages = {player: _copies(weights) for player, weights in self.weights.items()}
        self.counts = {player: _count(player) for player in self.weights}

    def penalty(self, turn: gankit.Turn):
        """Return the squared distance of the player's weights from their average."""
        pairs = self._pairs(turn.player)
        if not self.weight or not pairs:
            return 0.0
        squares = (ops.sum(ops.square(w.value - ops.stop_gradient(a.value))) for w, a in pairs)
        return self.weight * sum(squares)

    def after(self, player: str, gan: gankit.GAN) -> None:
        """Take the new weights into the average."""
        count = self.counts[player]
        count.assign(count.value + 1)
        for weight, average in self._pairs(player):
            average.assign(average.value + (weight.value - average.value) / count.value)

    def _pairs(self, player: str) -> list:
        return list(zip(self.weights[player], self.averages[player]))


def _copies(variables: list) -> list:
    return [
        keras.Variable(ops.copy(v.value), trainable=False, dtype=v.dtype, name=f"average_{i}")
        for i, v in enumerate(variables)
    ]


def _count(player: str) -> keras.Variable:
    return keras.Variable(1.0, trainable=False, dtype="float32", name=f"count_{player}")
