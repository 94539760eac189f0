"""Changes to the images on their way to the discriminator, real and generated alike."""

from typing import Annotated

import keras
from keras import ops
from pydantic import Field

import gankit
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
    """Differentiable augmentation: changes the colours of pictures, moves them, cuts a hole.

    Both players judge augmented pictures, and the generator's gradient passes through it, so that
    augmentation does not leak into what is generated. For little data.

    Args:
        colour: How much brightness, saturation and contrast vary; 1 is as in the paper: brightness
            by ±0.5, saturation from 0 to 2, contrast from 0.5 to 1.5 times.
        translation: The farthest that a picture moves each way, as a share of its size; what comes
            in is grey, 0.
        cutout: The side of the square that is made grey, as a share of the picture's.

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
        """Return the pictures (batch, height, width, channels), each augmented by its own draw."""
        if len(images.shape) != 4:
            raise gankit.GankitError(
                "diff-augment changes pictures, (batch, height, width, channels). "
                f"Received: {tuple(images.shape)}",
                "for other data: gankit show instance-noise",
            )
        images = self._coloured(images) if self.colour else images
        images = self._translated(images) if self.translation else images
        return self._cut(images) if self.cutout else images

    def _coloured(self, images):
        brightness, saturation, contrast = (
            self.colour * self._uniform(images, 4, -1.0, 1.0) for _ in range(3)
        )
        images = images + brightness / 2
        grey = ops.mean(images, axis=3, keepdims=True)
        images = grey + (1 + saturation) * (images - grey)
        mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        return mean + (1 + contrast / 2) * (images - mean)

    def _translated(self, images):
        rows, columns = (self._shifts(images, size) for size in images.shape[1:3])
        images = ops.einsum("bij,bjwc->biwc", rows, images)
        return ops.einsum("bij,bhjc->bhic", columns, images)

    def _shifts(self, images, size):
        """Return a matrix for each image that moves what it is multiplied with, (batch, i, j)."""
        reach = round(size * self.translation)
        by = ops.floor(self._uniform(images, 3, -reach, reach + 1))
        places = ops.arange(size, dtype="float32")
        return ops.cast(places[None, None, :] == places[None, :, None] - by, "float32")

    def _cut(self, images):
        rows, columns = (self._hole(images, size) for size in images.shape[1:3])
        return images * (1 - rows[:, :, None, None] * columns[:, None, :, None])

    def _hole(self, images, size):
        """Return 1 where the hole of each image is, (batch, size); its middle is in the image."""
        side = round(size * self.cutout)
        start = ops.floor(self._uniform(images, 2, 0, size + 1 - side % 2)) - side // 2
        places = ops.arange(size, dtype="float32")[None]
        return ops.cast(ops.logical_and(places >= start, places < start + side), "float32")

    def _uniform(self, images, rank, low, high):
        """Return a draw for each image, (batch, 1, …) of a rank."""
        shape = (ops.shape(images)[0],) + (1,) * (rank - 1)
        return keras.random.uniform(shape, low, high, dtype="float32", seed=self.seed)
