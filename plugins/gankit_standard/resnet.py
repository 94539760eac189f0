"""Residual networks, as in the paper on spectral normalisation."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

import gankit
from gankit import layers
from gankit_standard.labels import Conditional, LabelledInput, inputs
from gankit_standard.sizes import Widths, doubled_sizes, widths_of

HALVED_TO = 8  # pixels, or fewer


def resnet(
    spec: gankit.DataSpec,
    latent: gankit.Count = 128,
    generator_widths: Widths = (256,),
    discriminator_widths: Widths = (128,),
    generator_norm: bool = True,
    conditional: Conditional = False,
) -> dict[str, keras.Model]:
    """Networks of residual blocks (SNGAN, Miyato et al. 2018, arXiv:1802.05957, appendix B.4).

    Each block of the generator doubles the image, from 4 to 7 pixels up, as in 7 → 14 → 28. Each
    block of the discriminator halves it, down to 8 pixels or fewer; two more blocks follow. For
    32×32 the defaults are the networks of the paper for CIFAR-10. The stabilizer `spectral-norm`
    adds spectral normalisation.

    Args:
        spec: Square images of 28 to 256 pixels.
        latent: The size of the noise.
        generator_widths: The channels of the generator at full size, at half of it, …; the last
            also applies to all smaller sizes.
        discriminator_widths: The channels of the discriminator's blocks that get images of full
            size, of half of it, …; the last also applies to all smaller sizes.
        generator_norm: Whether the generator has batch normalisation.
        conditional: Whether the networks get the labels: one-hot, joined to their input
            (arXiv:1411.1784), or by `projection` (arXiv:1802.05637), with a gain and a bias for
            each class in the generator's batch normalisation (arXiv:1610.07629)
            or, without it, an embedding of the label beside the noise.

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The images' size or the widths do not fit, or the data has no labels.
    """
    sizes = doubled_sizes(spec.shape, "resnet")
    made = widths_of(sizes, generator_widths, "generator_widths")
    judged = widths_of(sizes, discriminator_widths, "discriminator_widths")
    noise, images = inputs(spec, latent, conditional)
    return {
        "generator": _generator(noise, made, spec.shape[-1], generator_norm),
        "discriminator": _discriminator(images, judged),
    }


def _generator(
    noise: LabelledInput, widths: Mapping[int, int], channels: int, norm: bool
) -> keras.Model:
    def activate(x: Any) -> Any:
        return keras.layers.ReLU()(noise.normalise(x, 0.9) if norm else x)

    first, *sizes = sorted(widths)
    start = (first, first, widths[first])
    x = noise.join() if norm else noise.join_embedded()
    x = keras.layers.Reshape(start)(keras.layers.Dense(math.prod(start))(x))
    for size in sizes:
        x = _double(x, widths[size], activate)
    return noise.generator(layers.Conv2D(channels, 3, padding="same")(activate(x)))


def _discriminator(images: LabelledInput, widths: Mapping[int, int]) -> keras.Model:
    x = images.join()
    for size in sorted(widths, reverse=True):
        if size > HALVED_TO:
            x = _halve(x, widths[size], first=size == max(widths))
    for _ in range(2):
        x = _refine(x, widths[x.shape[1]])
    x = ops.sum(ops.cast(keras.layers.ReLU()(x), "float32"), axis=(1, 2))
    return images.discriminator(keras.layers.Dense(1, dtype="float32")(x), x)


def _double(x: Any, width: int, activate: Callable[[Any], Any]) -> Any:
    """Return the output of a residual block at twice the size of x."""
    y = _convolve(keras.layers.UpSampling2D()(activate(x)), width)
    y = _convolve(activate(y), width)
    shortcut = keras.layers.UpSampling2D()(layers.Conv2D(width, 1)(x))
    return keras.layers.Add()([shortcut, y])


def _halve(x: Any, width: int, first: bool) -> Any:
    """Return the output of a residual block at half the size; the first has no activation of x."""
    y = x if first else keras.layers.ReLU()(x)
    y = _convolve(keras.layers.ReLU()(_convolve(y, width)), width)
    shortcut = layers.Conv2D(width, 1)(keras.layers.AveragePooling2D(2)(x))
    return keras.layers.Add()([shortcut, keras.layers.AveragePooling2D(2)(y)])


def _refine(x: Any, width: int) -> Any:
    """Return the output of a residual block at the size of x."""
    y = _convolve(keras.layers.ReLU()(x), width)
    y = _convolve(keras.layers.ReLU()(y), width)
    shortcut = x if x.shape[-1] == width else layers.Conv2D(width, 1)(x)
    return keras.layers.Add()([shortcut, y])


def _convolve(x: Any, width: int) -> Any:
    initializer = keras.initializers.VarianceScaling(2.0, "fan_avg", "uniform")  # Glorot's · √2
    return layers.Conv2D(width, 3, padding="same", kernel_initializer=initializer)(x)
