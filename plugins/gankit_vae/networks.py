"""The networks of a variational autoencoder, and a discriminator."""

import math
from collections.abc import Sequence
from typing import Annotated

import keras
from pydantic import Field

import gankit
from gankit import layers


def vae(
    spec: gankit.DataSpec,
    latent: gankit.Count = 64,
    width: gankit.Count = 32,
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9,
) -> dict[str, keras.Model]:
    """An encoder and a generator of strided convolutions, and a discriminator like the encoder.

    Each convolution halves the image, down to 4 to 7 pixels, and doubles the channels, up to
    8 × width. The generator mirrors this. All networks have batch normalisation. The loss `vae`
    trains the encoder and the generator as a variational autoencoder (Kingma & Welling 2014,
    arXiv:1312.6114). The loss `bce` trains the generator and the discriminator as a GAN. The loss
    `vae-gan` trains all three networks (Larsen et al. 2016, arXiv:1512.09300).

    Args:
        spec: Images whose edges can be halved to 4 to 7 pixels.
        latent: The size of the code, and of the noise.
        width: The channels of the first convolution.
        momentum: The momentum of batch normalisation.

    Returns:
        encoder: From images to the means and the log variances of codes, (batch, 2 · latent).
        generator: From codes or noise (batch, latent) to images in [−1, 1].
        discriminator: From images to logits (batch, 1).
        features: From images to the discriminator's last feature maps; it shares its layers.

    Raises:
        GankitError: The images' size does not fit.
    """
    steps = _halvings(spec.shape)
    widths = [width * 2 ** min(step, 3) for step in range(steps)]
    features = _convolutions(spec.shape, widths, momentum, "features")
    return {
        "encoder": _encoder(spec.shape, widths, momentum, latent),
        "generator": _generator(spec.shape, widths, momentum, latent),
        "discriminator": _judging(features),
        "features": features,
    }


def _encoder(
    shape: Sequence[int], widths: Sequence[int], momentum: float, latent: int
) -> keras.Model:
    network = _convolutions(shape, widths, momentum, "encoder")
    code = keras.layers.Dense(2 * latent, dtype="float32")
    return keras.Model(network.inputs, code(keras.layers.Flatten()(network.output)), name="encoder")


def _judging(features: keras.Model) -> keras.Model:
    logits = keras.layers.Dense(1, dtype="float32")(keras.layers.Flatten()(features.output))
    return keras.Model(features.inputs, logits, name="discriminator")


def _convolutions(
    shape: Sequence[int], widths: Sequence[int], momentum: float, name: str
) -> keras.Model:
    x = images = keras.Input(shape, name="images")
    for place, width in enumerate(widths):
        x = layers.Conv2D(width, 4, strides=2, padding="same")(x)
        x = layers.BatchNormalization(momentum=momentum)(x) if place else x
        x = keras.layers.LeakyReLU(0.2)(x)
    return keras.Model(images, keras.layers.Activation("linear", dtype="float32")(x), name=name)


def _generator(
    shape: Sequence[int], widths: Sequence[int], momentum: float, latent: int
) -> keras.Model:
    height, across, channels = shape
    start = (height >> len(widths), across >> len(widths), widths[-1])
    noise = keras.Input((latent,), name="noise")
    x = keras.layers.Reshape(start)(keras.layers.Dense(math.prod(start))(noise))
    for width in [*widths[-2::-1], channels]:
        x = keras.layers.LeakyReLU(0.2)(layers.BatchNormalization(momentum=momentum)(x))
        x = layers.Conv2DTranspose(width, 4, strides=2, padding="same")(x)
    images = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(noise, images, name="generator")


def _halvings(shape: Sequence[int]) -> int:
    """Return how often images (height, width, channels) are halved, to 4 to 7 pixels."""
    steps = max(0, int(math.log2(min(shape[:2]) / 4))) if len(shape) == 3 else 0
    if not steps or any(edge % 2**steps for edge in shape[:2]):
        raise gankit.GankitError(
            "vae needs images that can be halved to 4 to 7 pixels. "
            f"Received: {' × '.join(map(str, shape))}",
            "set another size in the recipe's [dataset], such as size = 32",
        )
    return steps
