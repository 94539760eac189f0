"""The losses of SRGAN: content alone, and with a discriminator.

They learn from the images of any dataset. The generator gets them smaller, each pixel the mean of a
square, and enlarges them again.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_srgan.content import LAST, ContentDistance


class Content(gankit.Loss):
    """Content: the distance of enlarged images from the originals, by pixels or by features.

    It is the mean squared distance of the pixels, or of the features of a layer of VGG-19, divided
    by 12.75. SRGAN is pre-trained with it, without a discriminator.

    Args:
        vgg19: A file of weights of Keras' VGG19 without its top, to compare its features; if left
            out, pixels are compared. It needs images of 32 pixels or more.
        layer: The layer whose output is compared.

    Reference:
        Ledig et al. 2017, SRGAN, arXiv:1609.04802, equations 4 and 5.
    """

    players: ClassVar = {"generator": ("generator",)}
    from_noise: ClassVar[bool] = False

    def __init__(self, vgg19: str | None = None, layer: str = LAST):
        self.distance = ContentDistance(vgg19, layer)

    def __call__(self, turn: gankit.Turn) -> Any:
        """Return the distance of the enlarged images from the originals."""
        return self.distance(turn.batch["images"], _enlarged(turn))

    def preview(self, gan: gankit.GAN, examples: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Return low → generated → original."""
        return [_strip(gan, examples["images"])]


class Srgan(gankit.Loss):
    """Perceptual loss: content, and a small adversarial term.

    The generator minimises content − adversarial · E[log D(G(low))], the discriminator the
    cross-entropy of logits, averaged over real and generated images.

    Args:
        adversarial: The weight of the adversarial term.
        vgg19: A file of weights of Keras' VGG19 without its top, to compare its features; if left
            out, pixels are compared. It needs images of 32 pixels or more.
        layer: The layer whose output is compared.

    Reference:
        Ledig et al. 2017, SRGAN, arXiv:1609.04802, equations 2 to 6.
    """

    players: ClassVar = {"discriminator": ("discriminator",), "generator": ("generator",)}
    from_noise: ClassVar[bool] = False
    boundary: ClassVar[float | None] = 0.0

    def __init__(
        self,
        adversarial: Annotated[float, Field(ge=0)] = 1e-3,
        vgg19: str | None = None,
        layer: str = LAST,
    ):
        self.adversarial = adversarial
        self.distance = ContentDistance(vgg19, layer)

    def __call__(self, turn: gankit.Turn) -> Any:
        """Judge the enlarged images, and return the player's loss."""
        images, made = turn.batch["images"], _enlarged(turn)
        judgment = turn.judge("discriminator", images, made)
        if turn.player == "discriminator":
            return judgment.targets.cross_entropy(judgment.real, judgment.fake)
        content = self.distance(images, made)
        if not self.adversarial:
            return content
        return content + self.adversarial * gankit.cross_entropy(judgment.fake, 1.0)

    def preview(self, gan: gankit.GAN, examples: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Return low → generated → original."""
        return [_strip(gan, examples["images"])]


def shrunk(images: Any, generator: keras.Model) -> Any:
    """Return images (batch, …) as the generator's input: each pixel is the mean of a square."""
    factor = generator.outputs[0].shape[1] // generator.inputs[0].shape[1]
    return ops.average_pool(images, factor, factor)


def _enlarged(turn: gankit.Turn) -> Any:
    generator = turn.networks["generator"]
    low = turn.once("low", lambda: shrunk(turn.batch["images"], generator))
    return turn.generate("generator", low)


def _strip(gan: gankit.GAN, images: Any) -> list[Any]:
    low = shrunk(images, gan.networks["generator"])
    return [low, gan.sample(low), images]
