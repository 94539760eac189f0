"""A discriminator that is held flat at first, and may be as steep as the data in the end."""

from typing import Annotated

from keras import ops
from pydantic import Field

import gankit

Strength = Annotated[float, Field(ge=0)]


class AnnealedFlatness(gankit.Stabilizer):
    """R1 and R2 whose strength falls, so that modes are found first and drawn sharply then.

    Adds γ(t) / 2 · (E[‖∇D(x)‖²] + E[‖∇D(G(z))‖²]) with γ(t) = gamma · (last / gamma)^(t / T) until
    step T, and γ = last from there on. What a discriminator sees of details of a size s grows as s²
    / γ does: a last γ of about the variance of a mode lets it see how wide the mode is.

    Args:
        gamma: γ at the first step; 0 adds nothing.
        last: γ in the end.
        decay_steps: T.

    Reference:
        Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?,
        arXiv:1801.04406, equations 9 and 10; Huang et al. 2024, The GAN Is Dead; Long Live the
        GAN!, arXiv:2501.05441, whose γ falls too.
    """

    def __init__(
        self,
        gamma: Strength = 0.1,
        last: Annotated[float, Field(gt=0)] = 1e-4,
        decay_steps: Annotated[int, Field(ge=1)] = 10_000,
    ):
        self.gamma = gamma
        self.last = last
        self.decay_steps = decay_steps

    def prepare(self, gan: gankit.GAN) -> None:
        """Follow the steps."""
        self.steps = gan.steps

    def penalty(self, turn: gankit.Turn):
        """Return the penalty of all that the discriminator judged on its own turn."""
        if turn.player != "discriminator" or not self.gamma:
            return 0.0
        return self._strength() / 2 * sum(map(_steepness, turn.judgments))

    def _strength(self):
        share = ops.minimum(ops.cast(self.steps.value, "float32") / self.decay_steps, 1.0)
        return self.gamma * ops.power(self.last / self.gamma, share)


def _steepness(judgment: gankit.Judgment):
    """Return the mean ‖∇D‖² at the real images plus that at the generated ones."""
    sides = (judgment.real_images, judgment.fake_images)
    slopes = (gankit.input_gradient(judgment.judge, images) for images in sides)
    return sum(ops.sum(ops.square(s)) / ops.shape(s)[0] for s in slopes)
