"""The loss `my-part`."""

from typing import Annotated, Any

import gankit
from keras import ops
from pydantic import Field


class MyPart(gankit.AdversarialLoss):
    """The Pearson χ² divergence, by its variational bound.

    Args:
        scale: The factor of the logits.

    Reference:
        Nowozin et al. 2016, f-GAN, arXiv:1606.00709, table 2.
    """

    def __init__(self, scale: Annotated[float, Field(gt=0)] = 1.0):
        self.scale = scale

    def discriminator(self, real: Any, fake: Any) -> Any:
        """Return E[T²/4 + T] of generated images − E[T] of real ones."""
        real, fake = self.scale * real, self.scale * fake
        return ops.mean(fake + ops.square(fake) / 4) - ops.mean(real)

    def generator(self, fake: Any) -> Any:
        """Return −E[T], the form of section 3.2, which does not saturate."""
        return -self.scale * ops.mean(fake)
