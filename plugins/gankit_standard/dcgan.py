"""DCGAN: convolutional networks without pooling."""

from typing import Annotated, Literal

import keras
from pydantic import Field

import gankit
from gankit import layers
from gankit_standard.labels import Conditional, Labels
from gankit_standard.sizes import doubled_sizes


def dcgan(
    spec: gankit.DataSpec,
    latent: gankit.Count = 100,
    width: gankit.Count = 64,
    upsample: Literal["transposed", "resize"] = "transposed",
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3,
    discriminator_norm: bool = True,
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9,
    initialisation: Literal["glorot", "dcgan"] = "glorot",
    conditional: Conditional = False,
) -> dict[str, keras.Model]:
    """Networks of strided 4×4 convolutions (DCGAN, Radford et al. 2015, arXiv:1511.06434).

    A image of 4 to 7 pixels is doubled until it has the size of the data, as in 7 → 14 → 28.

    Args:
        spec: Square images of 28 to 256 pixels.
        latent: The size of the noise.
        width: The channels of the largest hidden layer; they double as the size halves, up to
            8 × width.
        upsample: How an image is doubled: by a transposed convolution, or by repeating its pixels
            before a convolution, which leaves no checkerboard (Odena et al. 2016).
        dropout: The share of the discriminator's activations that are dropped.
        discriminator_norm: Whether the discriminator has batch normalisation; a critic under a
            gradient penalty must have none.
        momentum: What the moving statistics of batch normalisation keep at each step.
        initialisation: How kernels begin: Glorot's uniform, or N(0, 0.02²) as in the paper.
        conditional: Whether both networks are told the label: one-hot beside the noise and as
            channels of the image (Mirza & Osindero 2014, arXiv:1411.1784), or by `projection`
            (Miyato & Koyama 2018, arXiv:1802.05637), with a gain and a bias for each class in the
            generator's batch normalisation.

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The images are not square, or of a size that no doubling reaches, or it is
            conditional and the data has no labels.
    """
    sizes = doubled_sizes(spec.shape, "dcgan")
    widths = [width * 2 ** min(level, 3) for level in range(len(sizes) - 1)]  # from the image
    outwards = [*widths[::-1], spec.shape[-1]]
    norm = momentum if discriminator_norm else None
    noise = Labels(keras.Input((latent,), name="noise"), spec, conditional)
    images = Labels(keras.Input(spec.shape, name="images"), spec, conditional)
    return {
        "generator": _generator(noise, sizes[0], outwards, upsample, momentum, initialisation),
        "discriminator": _discriminator(images, sizes[0], widths, dropout, norm, initialisation),
    }


def _generator(noise, start, widths, upsample, momentum, initialisation) -> keras.Model:
    x = noise.join()
    x = keras.layers.Reshape((1, 1, x.shape[-1]))(x)
    x = _kernels(layers.Conv2DTranspose, initialisation, widths[0], start)(x)
    for filters in widths[1:]:
        x = keras.layers.LeakyReLU(0.2)(noise.normalise(x, momentum))
        if upsample == "resize":
            x = keras.layers.UpSampling2D()(x)
            x = _kernels(layers.Conv2D, initialisation, filters, 4, padding="same")(x)
        else:
            x = _kernels(
                layers.Conv2DTranspose, initialisation, filters, 4, strides=2, padding="same"
            )(x)
    images = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(noise.inputs, images, name="generator")


def _discriminator(images, start, widths, dropout, momentum, initialisation) -> keras.Model:
    x = images.join()
    for level, filters in enumerate(widths):
        x = _kernels(layers.Conv2D, initialisation, filters, 4, strides=2, padding="same")(x)
        if level and momentum is not None:
            x = layers.BatchNormalization(momentum=momentum)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    logits = _kernels(layers.Conv2D, initialisation, 1, start)(x)
    logits = keras.layers.Flatten(dtype="float32")(logits)
    return keras.Model(images.inputs, images.judge(logits, x), name="discriminator")


def _kernels(layer, initialisation, filters, size, **options):
    """Return a layer of `filters` kernels of size × size without a bias."""
    normal = keras.initializers.RandomNormal(0, 0.02)
    values = {"glorot": "glorot_uniform", "dcgan": normal}[initialisation]
    return layer(filters, size, use_bias=False, kernel_initializer=values, **options)
