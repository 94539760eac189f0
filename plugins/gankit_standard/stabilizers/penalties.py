"""Penalties on the discriminator: of its slope, and of its logits.

Each on the slope may be added lazily, every few steps, times the number of these (Karras et al.
2020, arXiv:1912.04958, appendix B). Batch normalization leaves no gradient of one image alone:
build a penalised discriminator without.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_standard.stabilizers.inside import WITHOUT_NORM, judged_through
from gankit_standard.stabilizers.networks import Similarities
from gankit_standard.stabilizers.ranges import Strength


class GradientPenalty(gankit.Stabilizer):
    """Holds the norm of the discriminator's gradient at 1, between real and generated images.

    Adds weight · E[(‖∇D(x̂)‖ − 1)²], where x̂ is uniform on the line from a real to a generated
    image. A discriminator with batch normalization has no gradient of one image alone: build it
    without.

    Args:
        weight: λ of the paper.
        every: The steps from one penalty to the next, which is so many times as strong.

    Reference:
        Gulrajani et al. 2017, Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """

    def __init__(self, weight: Strength = 10.0, every: gankit.Count = 1):
        self.weight = weight
        self.every = every
        self.bounds_slope = weight > 0

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed."""
        self.seed = gan.seed

    def penalty(self, turn: gankit.Turn):
        """Return the penalty of all that the discriminator judged on its own turn."""
        return _of_judgments(turn, self.weight, self.every, self._slope)

    def incompatibilities(self, gan: gankit.GAN) -> Iterable[gankit.Incompatibility]:
        """Return what leaves no image a gradient of its own."""
        return _mixed(gan) if self.weight else ()

    def _slope(self, judgment: gankit.Judgment):
        real, fake = judgment.real_images, judgment.fake_images
        share = (ops.shape(real)[0],) + (1,) * (len(real.shape) - 1)
        at = real + keras.random.uniform(share, dtype="float32", seed=self.seed) * (fake - real)
        return _from_one(judgment, at)


class Dragan(gankit.Stabilizer):
    """Holds the norm of the discriminator's gradient at 1 around real images.

    Adds weight · E[(‖∇D(x + δ)‖ − 1)²], where x is real and δ normal noise.

    Args:
        weight: λ of the paper.
        spread: The standard deviation of δ, in those of the batch of real images.
        every: The steps from one penalty to the next, which is so many times as strong.

    Reference:
        Kodali et al. 2017, On Convergence and Stability of GANs, arXiv:1705.07215.
    """

    def __init__(self, weight: Strength = 10.0, spread: Strength = 0.5, every: gankit.Count = 1):
        self.weight = weight
        self.spread = spread
        self.every = every
        self.bounds_slope = weight > 0

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed."""
        self.seed = gan.seed

    def penalty(self, turn: gankit.Turn):
        """Return the penalty of all that the discriminator judged on its own turn."""
        return _of_judgments(turn, self.weight, self.every, self._slope)

    def incompatibilities(self, gan: gankit.GAN) -> Iterable[gankit.Incompatibility]:
        """Return what leaves no image a gradient of its own."""
        return _mixed(gan) if self.weight else ()

    def _slope(self, judgment: gankit.Judgment):
        real = judgment.real_images
        noise = keras.random.normal(ops.shape(real), dtype="float32", seed=self.seed)
        return _from_one(judgment, real + self.spread * ops.std(real) * noise)


class Flat(gankit.Stabilizer):
    """Adds gamma / 2 · E[‖∇D‖²] at the images of one side: what `R1` and `R2` have in common."""

    def __init__(self, gamma: Strength = 10.0, every: gankit.Count = 1):
        self.gamma = gamma
        self.every = every
        self.bounds_slope = gamma > 0

    @abstractmethod
    def images(self, judgment: gankit.Judgment):
        """Return the images (batch, …) at which the discriminator is to be flat."""

    def penalty(self, turn: gankit.Turn):
        """Return the penalty of all that the discriminator judged on its own turn."""
        return _of_judgments(turn, self.gamma / 2, self.every, self._steepness)

    def incompatibilities(self, gan: gankit.GAN) -> Iterable[gankit.Incompatibility]:
        """Return what leaves no image a gradient of its own."""
        return _mixed(gan) if self.gamma else ()

    def _steepness(self, judgment: gankit.Judgment):
        return ops.mean(_squared_slopes(judgment, self.images(judgment)))


class R1(Flat):
    """Holds the discriminator flat on real images: adds gamma / 2 · E[‖∇D(x)‖²].

    Args:
        gamma: γ of the paper; the larger the images, the larger it may be.
        every: The steps from one penalty to the next, which is so many times as strong.

    Reference:
        Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?,
        arXiv:1801.04406, equation 9.
    """

    def images(self, judgment: gankit.Judgment):
        """Return the real images."""
        return judgment.real_images


class R2(Flat):
    """Holds the discriminator flat on generated images: adds gamma / 2 · E[‖∇D(G(z))‖²].

    Args:
        gamma: γ of the paper; the larger the images, the larger it may be.
        every: The steps from one penalty to the next, which is so many times as strong.

    Reference:
        Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?,
        arXiv:1801.04406, equation 10.
    """

    def images(self, judgment: gankit.Judgment):
        """Return the generated images."""
        return judgment.fake_images


class Lecam(gankit.Stabilizer):
    """Draws the logits of each side towards the mean that the other side had so far.

    Adds weight · (E[(D(x) − α_F)²] + E[(D(G(z)) − α_R)²]), where α_R and α_F are moving averages of
    the logits of real and of generated images. For little data.

    Args:
        weight: λ of the paper.
        decay: The share of the averages that stays at each turn; before the first 1 / (1 − decay)
            steps they are plain means.

    Reference:
        Tseng et al. 2021, Regularizing GANs under Limited Data, arXiv:2104.03310.
    """

    def __init__(self, weight: Strength = 0.3, decay: Annotated[float, Field(ge=0, lt=1)] = 0.99):
        self.weight = weight
        self.decay = decay

    def prepare(self, gan: gankit.GAN) -> None:
        """Start both averages, and follow the steps."""
        self.steps = gan.steps
        self.real = keras.Variable(0.0, trainable=False, dtype="float32", name="real")
        self.fake = keras.Variable(0.0, trainable=False, dtype="float32", name="fake")

    def penalty(self, turn: gankit.Turn):
        """Return the penalty of all that the discriminator judged on its own turn."""
        return _of_judgments(turn, self.weight, 1, self._distance)

    def _distance(self, judgment: gankit.Judgment):
        for average, logits in ((self.real, judgment.real), (self.fake, judgment.fake)):
            share = ops.maximum(1 - self.decay, 1 / (ops.cast(self.steps.value, "float32") + 1))
            mean = ops.stop_gradient(ops.mean(logits))
            average.assign(average.value + share * (mean - average.value))
        real = ops.mean(ops.square(judgment.real - self.fake.value))
        return real + ops.mean(ops.square(judgment.fake - self.real.value))


def _of_judgments(turn: gankit.Turn, weight: float, every: int, penalty: Callable):
    """Return weight · the sum of `penalty(judgment)`, on the discriminator's turn."""
    if turn.player != "discriminator" or not weight:
        return 0.0
    return turn.lazily(every, lambda: weight * sum(map(penalty, turn.judgments)))


def _mixed(gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
    """Yield what lets the images of a batch change the discriminator's answer to each other."""
    alone = "a penalty on its slope needs the gradient at one image alone"
    if judged_through(gan, keras.layers.BatchNormalization):
        yield gankit.Incompatibility(
            f"batch normalisation in the discriminator mixes the images of a batch, and {alone}",
            WITHOUT_NORM,
        )
    if judged_through(gan, Similarities):
        yield gankit.Incompatibility(
            f"minibatch-discrimination compares each image of a batch with the others, and {alone}",
            "leave one of the two out, or compare by minibatch-std, as Karras et al. 2017 did",
        )


def _from_one(judgment: gankit.Judgment, images):
    """Return the mean of (‖∇D‖ − 1)²."""
    squares = _squared_slopes(judgment, images)
    return ops.mean(ops.square(ops.sqrt(squares + 1e-12) - 1.0))  # √ has no slope at 0


def _squared_slopes(judgment: gankit.Judgment, images):
    """Return ‖∇D‖² at each image, (batch,)."""
    gradient = gankit.input_gradient(judgment.judge, images)
    return ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape))))
