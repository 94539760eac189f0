"""Changes to all images that the discriminator sees, real and generated."""

from typing import Annotated, Any

from keras import ops
from pydantic import Field

import gankit
from gankit_standard.option_types import Fraction, Strength
from gankit_standard.stabilizers import augment


class InstanceNoise(gankit.Stabilizer):
    """Decaying normal noise on all images that the discriminator sees.

    At step t its standard deviation is amount · max(0, 1 − t / decay). With noise, real and
    generated images overlap, so that the discriminator cannot become perfect early.

    Args:
        amount: The initial standard deviation, for images in [−1, 1].
        decay: The number of steps after which there is no noise; 0 keeps it constant.

    Reference:
        Arjovsky and Bottou 2017, Towards Principled Methods for Training GANs, arXiv:1701.04862;
        Sønderby et al. 2016, Amortised MAP Inference for Image Super-resolution, arXiv:1610.04490.
    """

    def __init__(self, amount: Strength = 0.1, decay: Annotated[int, Field(ge=0)] = 10_000):
        self.amount = amount
        self.decay = decay

    def prepare(self, gan: gankit.GAN) -> None:
        """Keep the game's seed and steps."""
        self.seed = gan.seed
        self.steps = gan.steps

    def view(self, images: Any) -> Any:
        """Return the images with noise."""
        if not self.amount:
            return images
        noise = gankit.random.normal(ops.shape(images), seed=self.seed)
        return images + self._std() * noise

    def _std(self) -> Any:
        if not self.decay:
            return self.amount
        played = ops.cast(self.steps.value, "float32") / self.decay
        return self.amount * ops.maximum(0.0, 1.0 - played)


class DiffAugment(gankit.Stabilizer):
    """Differentiable augmentation: changes colours, moves images, and cuts holes into them.

    Both players see augmented images, and the generator's gradient flows through the augmentation,
    so that it does not leak into generated images. For small datasets.

    Args:
        colour: The strength of changes of brightness, saturation and contrast; 1 is that of the
            paper: brightness by ±0.5, saturation from 0 to 2, contrast from 0.5 to 1.5.
        translation: The largest move in each direction, as a fraction of the image's size; pixels
            from outside are grey, 0.
        cutout: The side of a square hole of grey, as a fraction of the image's.

    Reference:
        Zhao et al. 2020, DiffAugment, arXiv:2006.10738.
    """

    def __init__(
        self, colour: Fraction = 1.0, translation: Fraction = 0.125, cutout: Fraction = 0.5
    ):
        self.colour = colour
        self.translation = translation
        self.cutout = cutout

    def prepare(self, gan: gankit.GAN) -> None:
        """Keep the game's seed."""
        self.seed = gan.seed

    def view(self, images: Any) -> Any:
        """Return augmented images (batch, height, width, channels)."""
        augment.check_images("diff-augment", images)
        images = self._coloured(images) if self.colour else images
        if self.translation:
            images = augment.translated(images, self.translation, self.seed)
        if self.cutout:
            images = images * (1 - augment.holes(images, self.cutout, self.seed))
        return images

    def _coloured(self, images: Any) -> Any:
        brightness, saturation, contrast = (
            self.colour * augment.uniform(images, -1.0, 1.0, self.seed) for _ in range(3)
        )
        return augment.recoloured(images, brightness / 2, saturation, contrast / 2)
