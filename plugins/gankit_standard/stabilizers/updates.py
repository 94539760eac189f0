"""What happens to the weights of the networks beside their training."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_standard.option_types import BelowOne, Strength
from gankit_standard.stabilizers.penalties import SlopePenalty


class Ema(gankit.Stabilizer):
    """Samples from an exponential moving average of the generator's weights.

    After each update of the generator w̄ ← decay · w̄ + (1 − decay) · w, for each of its networks.
    Training itself does not change.

    Args:
        decay: The decay of the average; 0 samples from the generator itself.
        warm_up: Whether the decay grows as (1 + t) / (10 + t) at first, so that the random initial
            weights are soon forgotten.

    Reference:
        Yazıcı et al. 2018, arXiv:1806.04498.
    """

    def __init__(self, decay: BelowOne = 0.999, warm_up: bool = True):
        self.decay = decay
        self.warm_up = warm_up

    def prepare(self, gan: gankit.GAN) -> None:
        """Start the averages at the generator's weights."""
        self.averages = {name: _copies(own) for name, own in _averaged(gan).items()}
        for name, own in _averaged(gan).items():
            gan.averages.add(own, self.averages[name])

    def after(self, player: str, gan: gankit.GAN) -> None:
        """Update the averages of the weights that a player has just updated."""
        pairs = list(self._updated(player, gan))
        if not pairs:
            return
        steps = ops.cast(gan.steps.value, "float32")
        decay = ops.minimum(self.decay, (1 + steps) / (10 + steps)) if self.warm_up else self.decay
        for average, variable in pairs:
            average.assign(decay * average.value + (1 - decay) * variable.value)

    def _updated(
        self, player: str, gan: gankit.GAN
    ) -> Iterator[tuple[keras.Variable, keras.Variable]]:
        """Yield the averages of a player's weights, each with its weight."""
        networks = [gan.networks[name] for name in gan.game.players[player]]
        updated = {id(v) for network in networks for v in network.variables}
        for name, own in _averaged(gan).items():
            for average, variable in zip(self.averages[name], own):
                if id(variable) in updated and "float" in average.dtype:  # no random layer's seed
                    yield average, variable


class WeightClipping(gankit.Stabilizer):
    """Clips the discriminator's weights to [−limit, limit] after each of its updates.

    This roughly bounds the slope of a Wasserstein critic; `gradient-penalty` does so better.

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
        """Yield an incompatibility with penalties that pull the slope to 1."""
        penalties = [x for x in gan.stabilizers if isinstance(x, SlopePenalty)]
        if any(x.centre and x.weight for x in penalties):
            yield gankit.Incompatibility(
                f"weights within ±{self.limit:g} keep the slope of the discriminator small, but "
                "gradient-penalty and dragan pull it to 1",
                "leave one of the two out; gradient-penalty bounds the slope better",
            )


class HistoricalAveraging(gankit.Stabilizer):
    """Pulls each player's weights towards their mean so far, against oscillation.

    Adds weight · ‖θ − (1/t) Σᵢ θᵢ‖² to the loss of every player, where θ₁ … θₜ are its weights
    before each of its updates.

    Args:
        weight: The weight of the penalty.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.3.
    """

    def __init__(self, weight: Strength = 1e-3):
        self.weight = weight

    def prepare(self, gan: gankit.GAN) -> None:
        """Start the averages at the players' weights."""
        self.weights = {player: gan.trained_by(player) for player in gan.game.players}
        self.averages = {player: _copies(weights) for player, weights in self.weights.items()}
        self.counts = {
            player: keras.Variable(1.0, trainable=False, dtype="float32", name=f"count_{player}")
            for player in self.weights
        }

    def penalty(self, turn: gankit.Turn) -> Any:
        """Return the squared distance of the player's weights from their average."""
        pairs = self._pairs(turn.player)
        if not self.weight or not pairs:
            return 0.0
        squares = (ops.sum(ops.square(w.value - ops.stop_gradient(a.value))) for w, a in pairs)
        return self.weight * sum(squares)

    def after(self, player: str, gan: gankit.GAN) -> None:
        """Add the new weights to the average."""
        count = self.counts[player]
        count.assign(count.value + 1)
        for weight, average in self._pairs(player):
            average.assign(average.value + (weight.value - average.value) / count.value)

    def _pairs(self, player: str) -> list[tuple[keras.Variable, keras.Variable]]:
        return list(zip(self.weights[player], self.averages[player]))


def _averaged(gan: gankit.GAN) -> dict[str, list[keras.Variable]]:
    """Return the variables of the generator's networks by name, those of shared layers once."""
    found: dict[str, list[keras.Variable]] = {}
    seen: set[int] = set()
    for name in gan.networks.of("generator"):
        found[name] = [v for v in gan.networks[name].variables if id(v) not in seen]
        seen |= set(map(id, found[name]))
    return found


def _copies(variables: Sequence[keras.Variable]) -> list[keras.Variable]:
    return [
        keras.Variable(ops.copy(v.value), trainable=False, dtype=v.dtype, name=f"average_{i}")
        for i, v in enumerate(variables)
    ]
