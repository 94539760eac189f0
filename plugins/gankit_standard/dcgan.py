"""DCGAN: convolutional networks without pooling."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import keras

import gankit
from gankit import layers
from gankit_standard.doubling_sizes import Size, doubled_sizes
from gankit_standard.labels import Conditional, LabelledInput, inputs
from gankit_standard.option_types import BelowOne


def dcgan(
    spec: gankit.DataSpec,
    latent: gankit.Count = 100,
    width: gankit.Count = 64,
    upsample: Literal["transposed", "resize"] = "transposed",
    dropout: BelowOne = 0.3,
    generator_norm: bool = True,
    discriminator_norm: bool = True,
    momentum: BelowOne = 0.9,
    initialisation: Literal["glorot", "dcgan"] = "glorot",
    conditional: Conditional = False,
) -> dict[str, keras.Model]:
    """Networks of strided 4×4 convolutions (DCGAN, Radford et al. 2015, arXiv:1511.06434).

    An image of 4 to 7 pixels is doubled until it has the size of the data, as in 7 → 14 → 28.

    Args:
        spec: Images of 16 to 256 pixels, square or oblong, that halve down to 4 to 7 pixels.
        latent: The size of the noise.
        width: The channels of the largest hidden layer; they double as the size halves, up to
            8 × width.
        upsample: How images are doubled: by a transposed convolution, or by repeating pixels
            before a convolution, which avoids checkerboard patterns (Odena et al. 2016).
        dropout: The fraction of the discriminator's activations that are dropped.
        generator_norm: Whether the generator has batch normalisation; without it, its layers have
            biases.
        discriminator_norm: Whether the discriminator has batch normalisation; under a gradient
            penalty it must have none.
        momentum: The momentum of batch normalisation.
        initialisation: Glorot's uniform, or N(0, 0.02²) as in the paper, for kernels.
        conditional: Whether the networks get the labels: one-hot, joined to their input
            (arXiv:1411.1784), or by `projection` (arXiv:1802.05637), with a gain and a bias for
            each class in the generator's batch normalisation (arXiv:1610.07629).
            With `attributes` they get the data's attributes instead, joined to their input; the
            discriminator also projects its features on them.

    Returns:
        generator: From noise (batch, latent) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).

    Raises:
        GankitError: The images' size does not fit, or the data has no labels or attributes.
    """
    sizes = doubled_sizes(spec.shape, "dcgan")
    widths = [width * 2 ** min(level, 3) for level in range(len(sizes) - 1)]  # from the image
    outwards = [*widths[::-1], spec.shape[-1]]
    make = partial(_layer, initialisation)
    made, judged = (momentum if norm else None for norm in (generator_norm, discriminator_norm))
    noise, images = inputs(spec, latent, conditional)
    return {
        "generator": _generator(noise, sizes[0], outwards, upsample, made, make),
        "discriminator": _discriminator(images, sizes[0], widths, dropout, judged, make),
    }


def _generator(
    noise: LabelledInput,
    start: Size,
    widths: Sequence[int],
    upsample: str,
    momentum: float | None,
    make: Callable[..., keras.layers.Layer],
) -> keras.Model:
    biased = momentum is None
    x = noise.join_embedded() if biased else noise.join()
    x = keras.layers.Reshape((1, 1, x.shape[-1]))(x)
    x = make(layers.Conv2DTranspose, widths[0], start, use_bias=biased)(x)
    for filters in widths[1:]:
        x = noise.normalise(x, momentum) if momentum is not None else x
        x = keras.layers.LeakyReLU(0.2)(x)
        options = {"padding": "same", "use_bias": biased}
        if upsample == "resize":
            x = keras.layers.UpSampling2D()(x)
            x = make(layers.Conv2D, filters, 4, **options)(x)
        else:
            x = make(layers.Conv2DTranspose, filters, 4, strides=2, **options)(x)
    return noise.generator(x)


def _discriminator(
    images: LabelledInput,
    start: Size,
    widths: Sequence[int],
    dropout: float,
    momentum: float | None,
    make: Callable[..., keras.layers.Layer],
) -> keras.Model:
    x = images.join()
    for level, filters in enumerate(widths):
        x = make(layers.Conv2D, filters, 4, strides=2, padding="same")(x)
        if level and momentum is not None:
            x = layers.BatchNormalization(momentum=momentum)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    logits = make(layers.Conv2D, 1, start)(x)
    return images.discriminator(keras.layers.Flatten(dtype="float32")(logits), x)


def _layer(
    initialisation: str,
    layer: Callable[..., keras.layers.Layer],
    filters: int,
    size: int | Size,
    use_bias: bool = False,
    **options: Any,
) -> keras.layers.Layer:
    """Return a layer of `filters` kernels of a size."""
    normal = keras.initializers.RandomNormal(0, 0.02)
    initializer = {"glorot": "glorot_uniform", "dcgan": normal}[initialisation]
    return layer(filters, size, use_bias=use_bias, kernel_initializer=initializer, **options)
