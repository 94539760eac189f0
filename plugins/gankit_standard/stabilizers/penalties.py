"""Penalties on the discriminator: on its slope, and on its logits."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import keras
from keras import ops

import gankit
from gankit_standard.option_types import BelowOne, Strength
from gankit_standard.stabilizers.minibatch import Similarities
from gankit_standard.stabilizers.network_layers import WITHOUT_NORM, has_in_discriminator


class SlopePenalty(gankit.Stabilizer):
    """Adds weight · E[(‖∇D‖ − centre)²] at some images to the discriminator's loss.

    It may be computed lazily, every few steps, and multiplied by their number (Karras et al. 2020,
    arXiv:1912.04958, appendix B). The discriminator must not mix the images of a batch, as batch
    normalisation does.
    """

    centre: ClassVar[int] = 1
    side: ClassVar[Literal["real", "fake"]] = "real"  # whose other inputs the discriminator gets

    def __init__(self, weight: float, every: int):
        self.weight = weight
        self.every = every
        self.bounds_slope = weight > 0

    def prepare(self, gan: gankit.GAN) -> None:
        """Keep the game's seed."""
        self.seed = gan.seed

    @abstractmethod
    def images(self, judgment: gankit.Judgment) -> Any:
        """Return the images (batch, …) at which the slope is penalised."""

    def penalty(self, turn: gankit.Turn) -> Any:
        """Return the penalty on the discriminator's turn."""
        if turn.player != "discriminator" or not self.weight:
            return 0.0
        return turn.lazily(self.every, lambda: self.weight * sum(map(self._cost, turn.judgments)))

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield an incompatibility with each layer that mixes the images of a batch."""
        alone = "a gradient penalty needs each image's own gradient"
        if self.weight and has_in_discriminator(gan, keras.layers.BatchNormalization):
            yield gankit.Incompatibility(
                f"batch normalisation in the discriminator mixes the batch's images, but {alone}",
                WITHOUT_NORM,
            )
        if self.weight and has_in_discriminator(gan, Similarities):
            yield gankit.Incompatibility(
                f"minibatch-discrimination compares the batch's images, but {alone}",
                "leave one of the two out, or use minibatch-std, as Karras et al. 2017 did",
            )

    def _cost(self, judgment: gankit.Judgment) -> Any:
        gradient = gankit.input_gradient(judgment.judge_of(self.side), self.images(judgment))
        squares = ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape))))
        if not self.centre:
            return ops.mean(squares)
        norms = ops.sqrt(squares + 1e-12)  # √ has no slope at 0
        return ops.mean(ops.square(norms - self.centre))


class GradientPenalty(SlopePenalty):
    """Pulls the norm of the discriminator's gradient to 1, between real and generated images.

    Adds weight · E[(‖∇D(x̂)‖ − 1)²], where x̂ is uniform on the line from a real to a generated
    image. The discriminator must not have batch normalisation.

    Args:
        weight: λ of the paper.
        every: The number of steps between penalties. Each penalty is multiplied by it.

    Reference:
        Gulrajani et al. 2017, Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """

    def __init__(self, weight: Strength = 10.0, every: gankit.Count = 1):
        super().__init__(weight, every)

    def images(self, judgment: gankit.Judgment) -> Any:
        """Return images x̂ between real and generated ones."""
        real, fake = judgment.real_images, judgment.fake_images
        shape = (ops.shape(real)[0],) + (1,) * (len(real.shape) - 1)
        return real + gankit.random.uniform(shape, seed=self.seed) * (fake - real)


class Dragan(SlopePenalty):
    """Pulls the norm of the discriminator's gradient to 1 around real images.

    Adds weight · E[(‖∇D(x + δ)‖ − 1)²], where x is real and δ normal noise.

    Args:
        weight: λ of the paper.
        spread: The standard deviation of δ, relative to that of the batch of real images.
        every: The number of steps between penalties. Each penalty is multiplied by it.

    Reference:
        Kodali et al. 2017, On Convergence and Stability of GANs, arXiv:1705.07215.
    """

    def __init__(self, weight: Strength = 10.0, spread: Strength = 0.5, every: gankit.Count = 1):
        super().__init__(weight, every)
        self.spread = spread

    def images(self, judgment: gankit.Judgment) -> Any:
        """Return the real images with noise."""
        real = judgment.real_images
        noise = gankit.random.normal(ops.shape(real), seed=self.seed)
        return real + self.spread * ops.std(gankit.all_rows(real)) * noise


class R1(SlopePenalty):
    """Pulls the discriminator's gradient to 0 at real images: adds gamma / 2 · E[‖∇D(x)‖²].

    Args:
        gamma: γ of the paper; larger images allow a larger one.
        every: The number of steps between penalties. Each penalty is multiplied by it.

    Reference:
        Mescheder et al. 2018, arXiv:1801.04406, equation 9.
    """

    centre = 0

    def __init__(self, gamma: Strength = 10.0, every: gankit.Count = 1):
        super().__init__(gamma / 2, every)

    def images(self, judgment: gankit.Judgment) -> Any:
        """Return the real images."""
        return judgment.real_images


class R2(SlopePenalty):
    """Pulls the discriminator's gradient to 0 at generated images: adds gamma / 2 · E[‖∇D(G(z))‖²].

    Args:
        gamma: γ of the paper; larger images allow a larger one.
        every: The number of steps between penalties. Each penalty is multiplied by it.

    Reference:
        Mescheder et al. 2018, arXiv:1801.04406, equation 10.
    """

    centre = 0
    side = "fake"

    def __init__(self, gamma: Strength = 10.0, every: gankit.Count = 1):
        super().__init__(gamma / 2, every)

    def images(self, judgment: gankit.Judgment) -> Any:
        """Return the generated images."""
        return judgment.fake_images


class Lecam(gankit.Stabilizer):
    """Pulls the logits of real images to the mean logit of generated ones, and vice versa.

    Adds weight · (E[(D(x) − α_F)²] + E[(D(G(z)) − α_R)²]), where α_R and α_F are moving averages of
    the logits of real and of generated images. For small datasets.

    Args:
        weight: λ of the paper.
        decay: The decay of the averages; for the first 1 / (1 − decay) steps they are plain means.

    Reference:
        Tseng et al. 2021, Regularizing GANs under Limited Data, arXiv:2104.03310.
    """

    def __init__(self, weight: Strength = 0.3, decay: BelowOne = 0.99):
        self.weight = weight
        self.decay = decay

    def prepare(self, gan: gankit.GAN) -> None:
        """Create both averages, and keep the game's steps."""
        self.steps = gan.steps
        self.real = keras.Variable(0.0, trainable=False, dtype="float32", name="real")
        self.fake = keras.Variable(0.0, trainable=False, dtype="float32", name="fake")

    def penalty(self, turn: gankit.Turn) -> Any:
        """Return the penalty on the discriminator's turn."""
        if turn.player != "discriminator" or not self.weight:
            return 0.0
        return self.weight * sum(map(self._distance, turn.judgments))

    def _distance(self, judgment: gankit.Judgment) -> Any:
        for average, logits in ((self.real, judgment.real), (self.fake, judgment.fake)):
            rate = ops.maximum(1 - self.decay, 1 / (ops.cast(self.steps.value, "float32") + 1))
            mean = ops.mean(gankit.all_rows(ops.stop_gradient(logits)))
            average.assign(average.value + rate * (mean - average.value))
        real = ops.mean(ops.square(judgment.real - self.fake.value))
        return real + ops.mean(ops.square(judgment.fake - self.real.value))
