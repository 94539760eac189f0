"""DCGAN: convolutional networks without pooling."""

from typing import Annotated, Literal

import keras
from pydantic import Field

import gankit
from gankit import layers
from gankit_standard.labels import join_labels, known_classes


def dcgan(
    facts: gankit.Facts,
    latent: Annotated[int, Field(ge=1)] = 100,
    width: Annotated[int, Field(ge=1)] = 64,
    upsample: Literal["transposed", "resize"] = "transposed",
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3,
    discriminator_norm: bool = True,
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9,
    initialisation: Literal["glorot", "dcgan"] = "glorot",
    conditional: bool = False,
) -> dict[str, keras.Model]:
    """Networks of strided 4×4 convolutions (DCGAN, Radford et al. 2015, arXiv:1511.06434).

    A picture of 4 to 7 pixels is doubled until it has the size of the data, as in 7 → 14 → 28.

    Args:
        facts: Square images of 28 to 256 pixels.
        latent: The size of the noise.
        width: The channels of the largest hidden layer; they double as the size halves, up to
            8 × width.
        upsample: How a picture is doubled: by a transposed convolution, or by repeating its pixels
            before a convolution, which leaves no checkerboard (Odena et al. 2016).
        dropout: The share of the discriminator's activations that are dropped.
        discriminator_norm: Whether the discriminator has batch normalisation; a critic under a
            gradient penalty must have none.
        momentum: What the moving statistics of batch normalisation keep at each step.
        initialisation: How kernels begin: Glorot's uniform, or N(0, 0.02²) as in the paper.
        conditional: Whether both networks are told the label, one-hot beside the noise and as
            channels of the image (Mirza & Osindero 2014, arXiv:1411.1784).

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The images are not square, or of a size that no doubling reaches, or it is
            conditional and the data has no labels.
    """
    start, doublings = _doublings(facts.shape)
    widths = [width * 2 ** min(level, 3) for level in range(doublings)]  # from the image inwards
    outwards = [*widths[::-1], facts.shape[-1]]
    norm = momentum if discriminator_norm else None
    classes = known_classes(facts, conditional)
    noise = join_labels(keras.Input((latent,), name="noise"), classes)
    images = join_labels(keras.Input(facts.shape, name="images"), classes)
    return {
        "generator": _generator(*noise, start, outwards, upsample, momentum, initialisation),
        "discriminator": _discriminator(*images, start, widths, dropout, norm, initialisation),
    }


def _generator(inputs, x, start, widths, upsample, momentum, initialisation) -> keras.Model:
    x = keras.layers.Reshape((1, 1, x.shape[-1]))(x)
    x = _kernels(layers.Conv2DTranspose, initialisation, widths[0], start)(x)
    for filters in widths[1:]:
        x = layers.BatchNormalization(momentum=momentum)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
        if upsample == "resize":
            x = keras.layers.UpSampling2D()(x)
            x = _kernels(layers.Conv2D, initialisation, filters, 4, padding="same")(x)
        else:
            x = _kernels(
                layers.Conv2DTranspose, initialisation, filters, 4, strides=2, padding="same"
            )(x)
    images = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(inputs, images, name="generator")


def _discriminator(inputs, x, start, widths, dropout, momentum, initialisation) -> keras.Model:
    for level, filters in enumerate(widths):
        x = _kernels(layers.Conv2D, initialisation, filters, 4, strides=2, padding="same")(x)
        if level and momentum is not None:
            x = layers.BatchNormalization(momentum=momentum)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    x = _kernels(layers.Conv2D, initialisation, 1, start)(x)
    logits = keras.layers.Flatten(dtype="float32")(x)
    return keras.Model(inputs, logits, name="discriminator")


def _kernels(layer, initialisation, filters, size, **options):
    """Return a layer of `filters` kernels of size × size without a bias."""
    normal = keras.initializers.RandomNormal(0, 0.02)
    values = {"glorot": "glorot_uniform", "dcgan": normal}[initialisation]
    return layer(filters, size, use_bias=False, kernel_initializer=values, **options)


def _doublings(shape) -> tuple[int, int]:
    """Return the size that is doubled, 4 to 7, and how many times it is."""
    height, width, _ = shape
    sizes = {s * 2**d: (s, d) for d in range(2, 7) for s in range(4, 8) if 28 <= s * 2**d <= 256}
    if height != width or height not in sizes:
        nearest = min(sizes, key=lambda size: abs(size - (height + width) / 2))
        raise gankit.GankitError(
            f"dcgan draws square images of {', '.join(map(str, sizes))} pixels. "
            f"Received: {height} × {width}",
            f"set size = {nearest} in the recipe's [dataset]",
        )
    return sizes[height]
