"""Pausing the player that is ahead."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import keras
from keras import ops

import gankit
from gankit_standard.option_types import BelowOne, Fraction


class AdaptiveBalance(gankit.Stabilizer):
    """Pauses the player that is ahead, by the discriminator's accuracy on recent turns.

    Above `high` the discriminator is not updated, below `low` the generator is not. Losses are
    still computed and logged. If the recipe repeats a player's turns, this skips those that are
    not needed. Logs the fraction of turns on which each player was updated as `d_updates` and
    `g_updates`.

    Args:
        high: The accuracy above which the discriminator pauses; 1 means never.
        low: The accuracy below which the generator pauses, at most `high`; 0 means never.
        decay: The decay of the average accuracy, which starts at ½; 0 uses only the last batch, as
            in the paper.

    Reference:
        Wu et al. 2016, 3D-GAN, arXiv:1610.07584, section 3.1, for the discriminator; pausing the
        generator is common practice without a paper.
    """

    logged: ClassVar[tuple[str, ...]] = ("d_updates", "g_updates")

    def __init__(self, high: Fraction = 0.8, low: Fraction = 0.4, decay: BelowOne = 0.9):
        if low > high:
            raise gankit.GankitError(
                f"adaptive-balance: low must be at most high. Received: {low} and {high}",
                "gankit show adaptive-balance",
            )
        self.high = high
        self.low = low
        self.decay = decay

    def prepare(self, gan: gankit.GAN) -> None:
        """Create the average, at an accuracy at which neither player is ahead."""
        self.boundary = gan.game.boundary
        if self.boundary is None:
            self.low, self.high = 0.0, 1.0  # there is no accuracy, so nobody pauses
        self.accuracy = keras.Variable(0.5, trainable=False, dtype="float32", name="accuracy")

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield an incompatibility with losses that have no accuracy."""
        if gan.game.boundary is None:
            yield gankit.Incompatibility(
                "adaptive-balance has no effect: with this loss, logits have no boundary between "
                "real and generated images, so the discriminator has no accuracy",
                "leave it out, or choose another loss, such as bce",
            )

    def watch(self, turn: gankit.Turn) -> Mapping[str, Any]:
        """Update the average on the discriminator's turn, and log whether the player is updated."""
        if turn.player == "discriminator" and turn.judgments and self.boundary is not None:
            accuracy = sum(map(self._accuracy, turn.judgments)) / len(turn.judgments)
            self.accuracy.assign(self.decay * self.accuracy.value + (1 - self.decay) * accuracy)
        name = f"{turn.player[0]}_updates"
        updated = ops.cast(self._is_active(turn.player), "float32")
        return {name: updated} if name in self.logged else {}

    def should_update(self, player: str, gan: gankit.GAN) -> Any:
        """Return whether the player does not pause."""
        return self._is_active(player)

    def _is_active(self, player: str) -> Any:
        accuracy = self.accuracy.value
        return accuracy <= self.high if player == "discriminator" else accuracy >= self.low

    def _accuracy(self, judgment: gankit.Judgment) -> Any:
        real = ops.cast(judgment.real > self.boundary, "float32")
        fake = ops.cast(judgment.fake <= self.boundary, "float32")
        return (ops.mean(gankit.all_rows(real)) + ops.mean(gankit.all_rows(fake))) / 2
