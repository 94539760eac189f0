"""Residual networks, as spectral normalisation was shown with."""

import math

import keras
from keras import ops

import gankit
from gankit import layers
from gankit_standard.labels import Conditional, Labels
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

    The generator doubles an image of 4 to 7 pixels, as in 7 → 14 → 28, in a block each. The
    discriminator halves it down to 8 pixels or fewer, in a block each, and has two blocks more. On
    32×32 the defaults are the networks of the paper for CIFAR-10. Spectral normalisation is a part
    of its own, `spectral-norm`.

    Args:
        spec: Square images of 28 to 256 pixels.
        latent: The size of the noise.
        generator_widths: The channels of the generator's images at full size, at half of it, …;
            the last one is for all smaller sizes too.
        discriminator_widths: The channels that the discriminator's blocks make of images at full
            size, at half of it, …; the last one is for all smaller sizes too.
        generator_norm: Whether the generator has batch normalisation.
        conditional: Whether both networks are told the label: one-hot beside the noise and as
            channels of the image (Mirza & Osindero 2014, arXiv:1411.1784), or by `projection`
            (Miyato & Koyama 2018, arXiv:1802.05637), with a gain and a bias for each class in the
            generator's batch normalisation; without this, an embedding of the label is beside the
            noise.

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The images are not square, or of a size that no doubling reaches, or there are
            more widths than sizes, or it is conditional and the data has no labels.
    """
    sizes = doubled_sizes(spec.shape, "resnet")
    drawn = widths_of(sizes, generator_widths, "generator_widths")
    judged = widths_of(sizes, discriminator_widths, "discriminator_widths")
    noise = Labels(keras.Input((latent,), name="noise"), spec, conditional)
    images = Labels(keras.Input(spec.shape, name="images"), spec, conditional)
    return {
        "generator": _generator(noise, sizes, drawn, spec.shape[-1], generator_norm),
        "discriminator": _discriminator(images, sizes, judged),
    }


def _generator(noise, sizes, widths, channels, norm) -> keras.Model:
    def activated(x):
        return keras.layers.ReLU()(noise.normalise(x, 0.9) if norm else x)

    start = (sizes[0], sizes[0], widths[sizes[0]])
    x = noise.join() if norm else noise.join_embedded()
    x = keras.layers.Reshape(start)(keras.layers.Dense(math.prod(start))(x))
    for size in sizes[1:]:
        x = _doubled(x, widths[size], activated)
    x = layers.Conv2D(channels, 3, padding="same")(activated(x))
    images = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(noise.inputs, images, name="generator")


def _discriminator(images, sizes, widths) -> keras.Model:
    x = images.join()
    for size in (size for size in sizes[::-1] if size > HALVED_TO):
        x = _halved(x, widths[size], first=size == sizes[-1])
    for _ in range(2):
        x = _refined(x, widths[x.shape[1]])
    x = ops.sum(ops.cast(keras.layers.ReLU()(x), "float32"), axis=(1, 2))
    logits = keras.layers.Dense(1, dtype="float32")(x)
    return keras.Model(images.inputs, images.judge(logits, x), name="discriminator")


def _doubled(x, width, activated):
    """Return x at twice its size: a residual block."""
    y = _convolved(keras.layers.UpSampling2D()(activated(x)), width)
    y = _convolved(activated(y), width)
    shortcut = keras.layers.UpSampling2D()(layers.Conv2D(width, 1)(x))
    return keras.layers.Add()([shortcut, y])


def _halved(x, width, first):
    """Return x at half its size: a residual block, which on images has no activation before it."""
    y = x if first else keras.layers.ReLU()(x)
    y = _convolved(keras.layers.ReLU()(_convolved(y, width)), width)
    shortcut = layers.Conv2D(width, 1)(keras.layers.AveragePooling2D(2)(x))
    return keras.layers.Add()([shortcut, keras.layers.AveragePooling2D(2)(y)])


def _refined(x, width):
    """Return x at its size: a residual block."""
    y = _convolved(keras.layers.ReLU()(x), width)
    y = _convolved(keras.layers.ReLU()(y), width)
    shortcut = x if x.shape[-1] == width else layers.Conv2D(width, 1)(x)
    return keras.layers.Add()([shortcut, y])


def _convolved(x, width):
    begin = keras.initializers.VarianceScaling(2.0, "fan_avg", "uniform")  # Glorot's, times √2
    return layers.Conv2D(width, 3, padding="same", kernel_initializer=begin)(x)
