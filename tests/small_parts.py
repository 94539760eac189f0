"""Parts small enough for a test, as a stranger would write them: a file for `--plugin`."""

import keras
import numpy as np
from keras import layers

import gankit


def blobs(count: int = 96, flip: bool = True, size: int = 8) -> gankit.Dataset:
    """Blobs of light, (size, size, 1), of two classes.

    Args:
        count: How many.
        flip: Whether a mirror image is as good.
        size: In pixels, a multiple of 4.
    """
    draw = np.random.default_rng(0)
    x = np.linspace(-1, 1, size)
    left, width = draw.uniform(-0.5, 0.5, (count, 1, 1)), draw.uniform(0.3, 0.6, (count, 1, 1))
    light = np.exp(-((x[None, None] - left) ** 2 + x[None, :, None] ** 2) / width**2)
    labels = (left[:, 0, 0] > 0).astype("int32")
    return gankit.Dataset(
        {"images": np.uint8(255 * light)[..., None], "labels": labels}, "lr", flip
    )


def small(spec: gankit.DataSpec, latent: int = 4, dropout: float = 0.2) -> dict[str, keras.Model]:
    """Two networks of a few hundred weights.

    Args:
        spec: Of the data.
        latent: The size of the noise.
        dropout: In the discriminator.
    """
    noise = keras.Input((latent,), name="noise")
    edge = spec.shape[0] // 4
    x = layers.Reshape((edge, edge, 8))(layers.Dense(8 * edge**2)(noise))
    x = layers.LeakyReLU()(layers.BatchNormalization()(x))
    x = gankit.layers.Conv2DTranspose(1, 4, strides=4, padding="same", activation="tanh")(x)
    seen = keras.Input(spec.shape, name="images")
    y = layers.LeakyReLU()(gankit.layers.Conv2D(8, 4, strides=4, padding="same")(seen))
    y = layers.Dense(1)(layers.Flatten()(gankit.layers.Dropout(dropout)(y)))
    return {"generator": keras.Model(noise, x), "discriminator": keras.Model(seen, y)}


class Explode(gankit.Stabilizer):
    """Makes the loss infinite from a step on.

    Args:
        at: The step.
    """

    def __init__(self, at: int = 5):
        self.at = at

    def prepare(self, gan):
        self.steps = gan.steps

    def penalty(self, turn):
        late = keras.ops.cast(self.steps.value >= self.at, "float32")
        return -keras.ops.log(1.0 - late)


@gankit.better("high")
def far(real, fake, scale: float = 1.0) -> float:
    """How far the mean sample is from the mean example: the more, the better, for once.

    Args:
        real: Features, (count, size).
        fake: Features, (count, size).
        scale: What the distance is multiplied by.
    """
    return scale * float(np.linalg.norm(real.mean(axis=0) - fake.mean(axis=0)))


def light(fake_images) -> float:
    """How light the samples are, which is neither good nor bad."""
    return float(fake_images.mean())


@gankit.hookimpl
def gankit_datasets():
    return {"blobs": blobs}


@gankit.hookimpl
def gankit_architectures():
    return {"small": small}


@gankit.hookimpl
def gankit_stabilizers():
    return {"explode": Explode}


@gankit.hookimpl
def gankit_metrics():
    return {"far": far, "light": light}
