"""The losses of SRGAN: content alone, and with a discriminator.

What is learned from are images of any dataset. The generator gets them small, each pixel the mean
of those that it stands for, and is to make them large again.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_srgan.content import LAST, Likeness

Strength = Annotated[float, Field(ge=0)]


class Content(gankit.Loss):
    """Content: images made larger are to be what they were, by pixels or by features.

    The mean squared distance of the images' pixels, or of what a layer of VGG-19 finds in them,
    divided by 12.75. It is what SRGAN is pre-trained by, and has no discriminator.

    Args:
        vgg19: A file of weights of Keras' VGG19 without its top, by whose features images are
            compared; by their pixels if left out. It takes images of 32 pixels or more.
        layer: Whose features, by its name.

    Reference:
        Ledig et al. 2017, Photo-Realistic Single Image Super-Resolution Using a Generative
        Adversarial Network, arXiv:1609.04802, equations 4 and 5.
    """

    players: ClassVar = {"generator": ("generator",)}

    def __init__(self, vgg19: str | None = None, layer: str = LAST):
        self.distance = Likeness(vgg19, layer)

    def __call__(self, turn: gankit.Turn):
        """Return how far the images that are made are from the real ones."""
        return self.distance(turn.batch["images"], _enlarged(turn))

    def preview(self, gan: gankit.GAN, examples: Mapping):
        """Return low → made → high."""
        return [_strip(gan, examples["images"])]


class Srgan(gankit.Loss):
    """Perceptual loss: content, and a little of what a discriminator says to the images made.

    The generator minimises content − adversarial · E[log D(G(low))], the discriminator the mean
    cross-entropy of real and made images, from logits.

    Args:
        adversarial: What the discriminator's answer counts beside the content.
        vgg19: A file of weights of Keras' VGG19 without its top, by whose features images are
            compared; by their pixels if left out. It takes images of 32 pixels or more.
        layer: Whose features, by its name.

    Reference:
        Ledig et al. 2017, Photo-Realistic Single Image Super-Resolution Using a Generative
        Adversarial Network, arXiv:1609.04802, equations 2 to 6.
    """

    players: ClassVar = {"discriminator": ("discriminator",), "generator": ("generator",)}
    boundary: ClassVar[float | None] = 0.0

    def __init__(self, adversarial: Strength = 1e-3, vgg19: str | None = None, layer: str = LAST):
        self.adversarial = adversarial
        self.distance = Likeness(vgg19, layer)

    def __call__(self, turn: gankit.Turn):
        """Judge the images made, and score the player."""
        images, made = turn.batch["images"], _enlarged(turn)
        judgment = turn.judge("discriminator", images, made)
        if turn.player == "discriminator":
            targets = judgment.targets
            real = _cross_entropy(judgment.real, targets.real)
            return (real + _cross_entropy(judgment.fake, targets.fake)) / 2
        content = self.distance(images, made)
        if not self.adversarial:
            return content
        return content + self.adversarial * ops.mean(ops.softplus(-judgment.fake))

    def preview(self, gan: gankit.GAN, examples: Mapping):
        """Return low → made → high."""
        return [_strip(gan, examples["images"])]


def shrunk(images, generator: keras.Model):
    """Return images (batch, …) as a generator takes them: each pixel the mean of a square."""
    factor = generator.outputs[0].shape[1] // generator.inputs[0].shape[1]
    return ops.average_pool(images, factor, factor)


def _enlarged(turn: gankit.Turn):
    generator = turn.networks["generator"]
    low = turn.once("low", lambda: shrunk(turn.batch["images"], generator))
    return turn.generate("generator", low)


def _strip(gan: gankit.GAN, images) -> list:
    low = shrunk(images, gan.networks["generator"])
    return [low, gan.sample(low), images]


def _cross_entropy(logits, targets):
    """Return the mean of −t log σ(l) − (1 − t) log(1 − σ(l)), finite at any logit."""
    return ops.mean(ops.softplus(logits) - targets * logits)
