"""Who of the two players is to wait for the other."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_standard.stabilizers.ranges import Share


class AdaptiveBalance(gankit.Stabilizer):
    """Lets the player who is ahead wait, by the discriminator's accuracy on its turns so far.

    Above `high` the discriminator does not move, below `low` the generator does not. A turn on
    which a player waits is scored like any other. Where the recipe repeats the turns of a player,
    those that it does not need are skipped. The shares of its turns on which each player moved are
    shown as `d_updates` and `g_updates`.

    Args:
        high: The accuracy above which the discriminator waits; at 1 it never does.
        low: The accuracy below which the generator waits, at most `high`; at 0 it never does.
        decay: The share of the average accuracy, which begins at ½, that stays at each turn of the
            discriminator; 0 asks the last batch alone, as the paper does.

    Raises:
        GankitError: `low` is above `high`, where both would wait for ever.

    Reference:
        Wu et al. 2016, Learning a Probabilistic Latent Space of Object Shapes via 3D
        Generative-Adversarial Modeling, arXiv:1610.07584, section 3.1, for the discriminator; that
        the generator may wait too is a practice without a paper.
    """

    logged: ClassVar[tuple[str, ...]] = ("d_updates", "g_updates")

    def __init__(
        self,
        high: Share = 0.8,
        low: Share = 0.4,
        decay: Annotated[float, Field(ge=0, lt=1)] = 0.9,
    ):
        if low > high:
            raise gankit.GankitError(
                f"adaptive-balance needs a low of at most high. Received: {low} and {high}",
                "gankit show adaptive-balance",
            )
        self.high = high
        self.low = low
        self.decay = decay

    def prepare(self, gan: gankit.GAN) -> None:
        """Start the average in the middle, where nobody is ahead."""
        self.boundary = gan.game.boundary
        if self.boundary is None:
            self.low, self.high = 0.0, 1.0  # there is no accuracy, and nobody waits
        self.accuracy = keras.Variable(0.5, trainable=False, dtype="float32", name="accuracy")

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield a loss of which there are no accuracies."""
        if gan.game.boundary is None:
            yield gankit.Incompatibility(
                "adaptive-balance does nothing: the logits of this loss do not say what the "
                "discriminator takes for real, so that it has no accuracy",
                "leave it out, or choose another loss, such as bce",
            )

    def watch(self, turn: gankit.Turn) -> Mapping:
        """Take the discriminator's turn into the average; returns who is to move."""
        if turn.player == "discriminator" and turn.judgments and self.boundary is not None:
            right = sum(map(self._right, turn.judgments)) / len(turn.judgments)
            self.accuracy.assign(self.decay * self.accuracy.value + (1 - self.decay) * right)
        name = f"{turn.player[0]}_updates"
        moved = ops.cast(self._allowed(turn.player), "float32")
        return {name: moved} if name in self.logged else {}

    def should_update(self, player: str, gan: gankit.GAN):
        """Return whether a player need not wait."""
        return self._allowed(player)

    def _allowed(self, player: str):
        accuracy = self.accuracy.value
        if player == "discriminator":
            return accuracy <= self.high
        return accuracy >= self.low

    def _right(self, judgment: gankit.Judgment):
        """Return the share of images that the discriminator takes for what they are."""
        real = ops.cast(judgment.real > self.boundary, "float32")
        fake = ops.cast(judgment.fake <= self.boundary, "float32")
        return (ops.mean(real) + ops.mean(fake)) / 2
