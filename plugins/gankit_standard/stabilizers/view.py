"""Changes to the images on their way to the discriminator, real and generated alike."""

from typing import Annotated

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_standard.stabilizers import augment
from gankit_standard.stabilizers.ranges import Share, Strength


class InstanceNoise(gankit.Stabilizer):
    """Normal noise on all that the discriminator sees, less and less of it.

    At step t it has the standard deviation amount · max(0, 1 − t / decay). Real and generated
    images overlap under it, so that no discriminator is perfect early on.

    Args:
        amount: The standard deviation at the start, of images in [−1, 1].
        decay: The number of steps after which no noise is left; 0 keeps it as it is.

    Reference:
        Arjovsky and Bottou 2017, Towards Principled Methods for Training GANs, arXiv:1701.04862;
        Sønderby et al. 2016, Amortised MAP Inference for Image Super-resolution, arXiv:1610.04490.
    """

    def __init__(self, amount: Strength = 0.1, decay: Annotated[int, Field(ge=0)] = 10_000):
        self.amount = amount
        self.decay = decay

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed, and follow its steps."""
        self.seed = gan.seed
        self.steps = gan.steps

    def view(self, images):
        """Return the images, each number with noise of its own."""
        if not self.amount:
            return images
        noise = keras.random.normal(ops.shape(images), dtype="float32", seed=self.seed)
        return images + self._deviation() * noise

    def _deviation(self):
        if not self.decay:
            return self.amount
        played = ops.cast(self.steps.value, "float32") / self.decay
        return self.amount * ops.maximum(0.0, 1.0 - played)


class DiffAugment(gankit.Stabilizer):
    """Differentiable augmentation: changes the colours of images, moves them, cuts a hole.

    Both players judge augmented images, and the generator's gradient passes through it, so that
    augmentation does not leak into what is generated. For little data.

    Args:
        colour: How much brightness, saturation and contrast vary; 1 is as in the paper: brightness
            by ±0.5, saturation from 0 to 2, contrast from 0.5 to 1.5 times.
        translation: The farthest that an image moves each way, as a share of its size; what comes
            in is grey, 0.
        cutout: The side of the square that is made grey, as a share of the image's.

    Reference:
        Zhao et al. 2020, Differentiable Augmentation for Data-Efficient GAN Training,
        arXiv:2006.10738.
    """

    def __init__(self, colour: Share = 1.0, translation: Share = 0.125, cutout: Share = 0.5):
        self.colour = colour
        self.translation = translation
        self.cutout = cutout

    def prepare(self, gan: gankit.GAN) -> None:
        """Draw from the GAN's seed."""
        self.seed = gan.seed

    def view(self, images):
        """Return the images (batch, height, width, channels), each augmented by its own draw."""
        augment.only_images("diff-augment", images)
        images = self._coloured(images) if self.colour else images
        if self.translation:
            images = augment.translated(images, self.translation, self.seed)
        if self.cutout:
            images = images * (1 - augment.holes(images, self.cutout, self.seed))
        return images

    def _coloured(self, images):
        brightness, saturation, contrast = (
            self.colour * augment.uniform(images, -1.0, 1.0, self.seed) for _ in range(3)
        )
        return augment.recoloured(images, brightness / 2, saturation, contrast / 2)
