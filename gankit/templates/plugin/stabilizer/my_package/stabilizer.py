"""The stabilizer `my-part`."""

from typing import Annotated, Any

import gankit
from keras import ops
from pydantic import Field


class MyPart(gankit.Stabilizer):
    """Penalises the discriminator's slope between real and generated images: weight · E[‖∇D(x)‖²].

    Args:
        weight: λ of the paper.

    Reference:
        Thanh-Tung et al. 2019, Improving Generalization and Stability of Generative Adversarial
        Networks, arXiv:1902.03984.
    """

    def __init__(self, weight: Annotated[float, Field(ge=0)] = 1.0):
        self.weight = weight

    def prepare(self, gan: gankit.GAN) -> None:
        """Keep the game's seed, so that a run can be repeated and resumed."""
        self.seed = gan.seed

    def penalty(self, turn: gankit.Turn) -> Any:
        """Return the penalty on the discriminator's turn."""
        if not self.weight or turn.player != "discriminator":
            return 0.0
        (judgment,) = turn.judgments
        between = self._between(judgment.real_images, judgment.fake_images)
        slope = gankit.input_gradient(judgment.judge, between)
        each = tuple(range(1, len(slope.shape)))  # the axes of one example
        return self.weight * ops.mean(ops.sum(ops.square(slope), axis=each))

    def _between(self, real: Any, fake: Any) -> Any:
        """Return a random point between each real image and a generated one."""
        shape = (ops.shape(real)[0], *(1 for _ in real.shape[1:]))
        t = gankit.random.uniform(shape, seed=self.seed)
        return t * real + (1 - t) * fake
