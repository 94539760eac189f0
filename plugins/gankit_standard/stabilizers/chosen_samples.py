"""Choosing the samples that the generator learns from."""

from typing import Annotated, Any, Literal

from keras import ops
from pydantic import Field

import gankit


class TopK(gankit.Stabilizer):
    """Trains the generator only on those of its samples that look most real.

    On the generator's turn, the gradient is the mean over the k samples with the highest logits.
    k begins at the batch size n and falls: after t steps, k = n · max(fraction, fraction^(t /
    decay)). The logged loss is that of all samples.

    Args:
        fraction: ν of the paper, the fraction of samples that is kept in the end; 1 changes
            nothing.
        decay: The number of steps until this fraction is reached; 0 starts with it.

    Reference:
        Sinha et al. 2020, Top-k Training of GANs, arXiv:2002.06224.
    """

    def __init__(
        self,
        fraction: Annotated[float, Field(gt=0, le=1)] = 0.5,
        decay: Annotated[int, Field(ge=0)] = 10_000,
    ):
        self.fraction = fraction
        self.decay = decay

    def prepare(self, gan: gankit.GAN) -> None:
        """Keep the game's steps."""
        self.steps = gan.steps

    def example_weights(self, turn: gankit.Turn, side: Literal["real", "fake"], logits: Any) -> Any:
        """Return n / k for the k best samples on the generator's turn, and 0 for the others."""
        if self.fraction == 1 or side == "real" or turn.player == "discriminator":
            return 1.0
        scores = gankit.all_rows(ops.mean(ops.reshape(logits, (ops.shape(logits)[0], -1)), axis=1))
        ranks = ops.cast(ops.argsort(ops.argsort(-scores)), "float32")  # 0 for the best
        count = ops.cast(ops.shape(scores)[0], "float32")
        kept = ops.maximum(1.0, ops.round(self._fraction() * count))
        weights = gankit.own_rows(ops.where(ranks < kept, count / kept, 0.0))
        return ops.reshape(weights, (-1, *(1 for _ in logits.shape[1:])))

    def _fraction(self) -> Any:
        if not self.decay:
            return self.fraction
        progress = ops.cast(self.steps.value, "float32") / self.decay
        return ops.maximum(self.fraction, ops.power(self.fraction, progress))
