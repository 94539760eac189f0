"""The stabilizers, one a class, each at one seam of the game."""

from typing import Annotated

import keras
from keras import ops
from pydantic import Field

import gankit

Share = Annotated[float, Field(ge=0, le=1)]
Strength = Annotated[float, Field(ge=0)]


class LabelSmoothing(gankit.Stabilizer):
    """One-sided label smoothing: the answer to real images is 1 − amount, to generated ones 0.

    Args:
        amount: How far the answer for real images is below 1.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.4.
    """

    def __init__(self, amount: Share = 0.1):
        self.amount = amount

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Lower the targets of real images towards 0 by the amount."""
        return gankit.Targets(targets.real * (1 - self.amount), targets.fake)


class LabelNoise(gankit.Stabilizer):
    """Uniform noise on the targets, inward: they never leave [0, 1].

    A target outside [0, 1] makes the cross-entropy unbounded below.

    Args:
        amount: The largest distance of a target from where it was, towards the other end.
    """

    def __init__(self, amount: Share = 0.1):
        self.amount = amount

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed."""
        self.seed = gan.seed

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Move real targets down and generated ones up, each by its own draw."""
        real, fake = self._noise(targets.real), self._noise(targets.fake)
        return gankit.Targets(targets.real * (1 - real), targets.fake * (1 - fake) + fake)

    def _noise(self, targets):
        shape = ops.shape(targets)
        return keras.random.uniform(shape, 0.0, self.amount, dtype="float32", seed=self.seed)


class GradientPenalty(gankit.Stabilizer):
    """Holds the norm of the discriminator's gradient at 1, between real and generated images.

    Adds weight · E[(‖∇D(x̂)‖ − 1)²], where x̂ is uniform on the line from a real to a generated
    image. A discriminator with batch normalization has no gradient of one image alone: build it
    without.

    Args:
        weight: λ of the paper.

    Reference:
        Gulrajani et al. 2017, Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """

    def __init__(self, weight: Strength = 10.0):
        self.weight = weight

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed."""
        self.seed = gan.seed

    def penalty(self, turn: gankit.Turn):
        """Return the penalty of all that the discriminator judged on its own turn."""
        if turn.player != "discriminator":
            return 0.0
        return self.weight * sum(map(self._slope, turn.judgments))

    def _slope(self, judgment: gankit.Judgment):
        real, fake = judgment.real_images, judgment.fake_images
        share = (ops.shape(real)[0],) + (1,) * (len(real.shape) - 1)
        at = real + keras.random.uniform(share, dtype="float32", seed=self.seed) * (fake - real)
        gradient = gankit.input_gradient(judgment.judge, at)
        squares = ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape))))
        return ops.mean(ops.square(ops.sqrt(squares + 1e-12) - 1.0))  # √ has no slope at 0


class Ema(gankit.Stabilizer):
    """Samples from an exponential moving average of the generator's weights.

    After each update of the generator w̄ ← decay · w̄ + (1 − decay) · w. Training itself is not
    changed.

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
        self.generator = gan.networks["generator"]
        self.average = [
            keras.Variable(ops.copy(v.value), trainable=False, dtype=v.dtype, name=f"average_{i}")
            for i, v in enumerate(self.generator.variables)
        ]
        gan.averages["generator"] = self.average

    def after(self, player: str, gan: gankit.GAN) -> None:
        """Move the average towards the generator."""
        if player != "generator":
            return
        decay = self._decay(ops.cast(gan.steps.value, "float32"))
        for average, variable in zip(self.average, self.generator.variables):
            if "float" in average.dtype:  # the state of a random layer is no number to average
                average.assign(decay * average.value + (1 - decay) * variable.value)

    def _decay(self, steps):
        return ops.minimum(self.decay, (1 + steps) / (10 + steps)) if self.warm_up else self.decay
