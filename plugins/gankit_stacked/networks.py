"""The networks of a stacked GAN: an encoder, and two GANs that invert it level by level."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit import layers


def stacked_gan(
    spec: gankit.DataSpec,
    latent: gankit.Count = 32,
    features: gankit.Count = 128,
    width: gankit.Count = 32,
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9,
) -> dict[str, keras.Model]:
    """An encoder and two GANs, of features and of images (Huang et al. 2016, arXiv:1612.04357).

    The encoder E₁(E₀(x)) names the class of an image, by way of features of RMS 1. G₁ makes
    features from a label and noise, G₀ makes an image from features and noise. Each generator has
    a discriminator D and a network Q that recovers the noise. D and Q share all layers but the
    last. The loss `stacked-encoder` trains the encoder; then `stacked-gan` trains the others.

    Args:
        spec: Images with labels, whose edges can be halved to 4 to 7 pixels.
        latent: The size of the noise of each generator.
        features: The number of features of an image.
        width: The channels of the first convolution; they double as the size halves, up to
            8 × width.
        momentum: The momentum of batch normalisation, in the generators.

    Returns:
        generator: From noise (batch, 2 · latent), for G₁ and G₀, and labels to images in [−1, 1].
        e_0: From images to features (batch, features).
        e_1: From features to the logits of the classes (batch, classes).
        g_1: From noise (batch, latent) and labels to features.
        g_0: From noise (batch, latent) and features to images in [−1, 1].
        d_1: From features to logits (batch, 1).
        d_0: From images to logits (batch, 1).
        q_1: From features to the noise of G₁.
        q_0: From images to the noise of G₀.

    Raises:
        GankitError: The images' size does not fit, or the data has no labels.
    """
    _check_labels(spec)
    steps = _halvings(spec.shape)
    widths = [width * 2 ** min(step, 3) for step in range(steps)]
    upper = _feature_generator(latent, spec.classes, features, momentum)
    lower = _image_generator(latent, features, spec.shape, widths, momentum)
    seen = keras.Input((features,), name="features")
    images = keras.Input(spec.shape, name="images")
    body_1 = _hidden(_hidden(seen, 2 * features), 2 * features)
    body_0 = _hidden(_convolutions(images, widths), 2 * features)
    return {
        "generator": _stack(upper, lower, latent),
        "e_0": _features(images, _convolutions(images, widths), features, "e_0"),
        "e_1": _dense(seen, _hidden(seen, 2 * features), spec.classes, "e_1"),
        "g_1": upper,
        "g_0": lower,
        "d_1": _dense(seen, body_1, 1, "d_1"),
        "d_0": _dense(images, body_0, 1, "d_0"),
        "q_1": _dense(seen, body_1, latent, "q_1"),
        "q_0": _dense(images, body_0, latent, "q_0"),
    }


def _stack(upper: keras.Model, lower: keras.Model, latent: int) -> keras.Model:
    """Return both generators as one, which samples are made with."""
    noise = keras.Input((2 * latent,), name="noise")
    labels = keras.Input((), dtype="int32", name="labels")
    images = lower([noise[:, latent:], upper([noise[:, :latent], labels])])
    return keras.Model([noise, labels], images, name="generator")


def _feature_generator(latent: int, classes: int, features: int, momentum: float) -> keras.Model:
    noise = keras.Input((latent,), name="noise")
    labels = keras.Input((), dtype="int32", name="labels")
    x = keras.layers.Concatenate()([noise, ops.one_hot(labels, classes)])
    for _ in range(2):
        x = keras.layers.Dense(4 * features, use_bias=False)(x)
        x = keras.layers.ReLU()(layers.BatchNormalization(momentum=momentum)(x))
    return _features([noise, labels], x, features, "g_1")


def _image_generator(
    latent: int, features: int, shape: Sequence[int], widths: Sequence[int], momentum: float
) -> keras.Model:
    height, across, channels = shape
    start = (height >> len(widths), across >> len(widths), widths[-1])
    noise = keras.Input((latent,), name="noise")
    given = keras.Input((features,), name="features")
    x = keras.layers.Concatenate()([noise, given])
    x = keras.layers.Reshape(start)(keras.layers.Dense(math.prod(start))(x))
    for width in [*widths[-2::-1], channels]:
        x = keras.layers.LeakyReLU(0.2)(layers.BatchNormalization(momentum=momentum)(x))
        x = layers.Conv2DTranspose(width, 4, strides=2, padding="same")(x)
    images = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model([noise, given], images, name="g_0")


def _convolutions(images: Any, widths: Sequence[int]) -> Any:
    x = images
    for width in widths:
        x = keras.layers.LeakyReLU(0.2)(layers.Conv2D(width, 4, strides=2, padding="same")(x))
    return keras.layers.Flatten()(x)


def _hidden(x: Any, width: int) -> Any:
    return keras.layers.LeakyReLU(0.2)(keras.layers.Dense(width)(x))


def _features(inputs: Any, x: Any, size: int, name: str) -> keras.Model:
    """Return a network of features of RMS 1, which unlike those of tanh do not saturate."""
    x = keras.layers.Dense(size, dtype="float32")(x)
    outputs = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-8)
    return keras.Model(inputs, outputs, name=name)


def _dense(inputs: Any, x: Any, size: int, name: str) -> keras.Model:
    return keras.Model(inputs, keras.layers.Dense(size, dtype="float32")(x), name=name)


def _check_labels(spec: gankit.DataSpec) -> None:
    if "labels" not in spec.shapes:
        raise gankit.GankitError(
            "stacked-gan needs labels, which the data does not have",
            "use a dataset with labels in the recipe's [dataset], such as lego or mnist",
        )


def _halvings(shape: Sequence[int]) -> int:
    """Return how often images (height, width, channels) are halved, to 4 to 7 pixels."""
    steps = max(0, int(math.log2(min(shape[:2]) / 4))) if len(shape) == 3 else 0
    if not steps or any(edge % 2**steps for edge in shape[:2]):
        raise gankit.GankitError(
            "stacked-gan needs images that can be halved to 4 to 7 pixels. "
            f"Received: {' × '.join(map(str, shape))}",
            "set another size in the recipe's [dataset], such as size = 32",
        )
    return steps
