"""Networks that grow from stage to stage, as a stranger would write them: a file for `--plugin`."""

import keras
import numpy as np
from keras import layers, ops

import gankit


def squares(count: int = 32, size: int = 8) -> gankit.Dataset:
    """Grey squares of one shade.

    Args:
        count: The number of images.
        size: The edge of the images.
    """
    shades = np.random.default_rng(0).integers(0, 256, (count, 1, 1, 1))
    return gankit.Dataset({"images": np.uint8(shades * np.ones((1, size, size, 1)))})


def growing(spec: gankit.DataSpec, alpha: float = 1.0) -> dict[str, keras.Model]:
    """Networks that double their images; the newest blocks have the weight alpha.

    Args:
        spec: Images of 8 pixels, or twice as many, again and again.
        alpha: The weight of the newest blocks.
    """
    if spec.shape[0] % 8:
        raise gankit.GankitError(f"growing needs 8, 16, … pixels. Received: {spec.shape[0]}")
    return {"generator": _generator(spec, alpha), "discriminator": _discriminator(spec, alpha)}


def _generator(spec, alpha):
    noise, edge, before = keras.Input((3,), name="noise"), 4, None
    x = layers.Reshape((4, 4, 4))(layers.Dense(64, name="start")(noise))
    while edge < spec.shape[0]:
        edge, before = 2 * edge, x
        x = layers.Conv2D(4, 3, padding="same", name=f"block_{edge}")(layers.UpSampling2D()(x))
    images = layers.Conv2D(1, 1, name=f"to_image_{edge}")(x)
    if edge > 8:
        old = layers.Conv2D(1, 1, name=f"to_image_{edge // 2}")(before)
        images = alpha * images + (1 - alpha) * layers.UpSampling2D()(old)
    return keras.Model(noise, layers.Activation("tanh")(images), name="generator")


def _discriminator(spec, alpha):
    edge = spec.shape[0]
    images = keras.Input(spec.shape, name="images")
    x = layers.Conv2D(4, 1, name=f"from_image_{edge}")(images)
    while edge > 4:
        x = layers.AveragePooling2D(2)(layers.Conv2D(4, 3, padding="same", name=f"block_{edge}")(x))
        if edge == spec.shape[0] > 8:
            small = layers.AveragePooling2D(2)(images)
            old = layers.Conv2D(4, 1, name=f"from_image_{edge // 2}")(small)
            x = alpha * x + (1 - alpha) * old
        edge //= 2
    logits = layers.Dense(1, name="end")(ops.reshape(x, (-1, 64)))
    return keras.Model(images, logits, name="discriminator")


@gankit.hookimpl
def gankit_datasets():
    return {"squares": squares}


@gankit.hookimpl
def gankit_architectures():
    return {"growing": growing}
