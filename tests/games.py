"""A game small enough for a test."""

import keras
import numpy as np
from keras import layers

import gankit
from gankit.gan import GAN

PLAYERS = ("discriminator", "generator")


def networks(norm=False, classes=0):
    """Return a generator 8 → (8, 8, 1) and a discriminator with weights that a seed fixes."""
    noise = keras.Input((8,), name="noise")
    x = layers.Dense(4 * 4 * 16)(noise)
    x = layers.Reshape((4, 4, 16))(x)
    x = layers.BatchNormalization()(x) if norm else x
    x = gankit.layers.Conv2DTranspose(1, 4, strides=2, padding="same")(layers.LeakyReLU()(x))
    images = layers.Activation("tanh", dtype="float32")(x)
    seen = keras.Input((8, 8, 1), name="images")
    y = layers.LeakyReLU()(gankit.layers.Conv2D(16, 4, strides=2, padding="same")(seen))
    y = layers.BatchNormalization()(y) if norm else y
    logits = layers.Dense(1, dtype="float32")(layers.Flatten()(y))
    found = {
        "generator": keras.Model(noise, images, name="generator"),
        "discriminator": keras.Model(seen, logits, name="discriminator"),
    }
    draw = np.random.default_rng(1)
    for network in found.values():
        for v in network.weights:
            if len(v.shape) > 1:
                v.assign(0.2 * draw.standard_normal(v.shape).astype("float32"))
    return found


def linear():
    """Return a critic w · x of (8, 8, 1), w fixed by a seed, and a generator of grey pictures."""
    images, noise = keras.Input((8, 8, 1)), keras.Input((3,))
    critic = keras.Model(images, layers.Dense(1, use_bias=False)(layers.Flatten()(images)))
    critic.set_weights([0.2 * np.random.default_rng(1).standard_normal((64, 1))])
    grey = layers.Dense(64, kernel_initializer="zeros", trainable=False)(noise)
    grey = keras.Model(noise, layers.Reshape((8, 8, 1))(grey))
    return {"discriminator": critic, "generator": grey}


def game(loss, stabilizers=(), learning_rate=0.1, norm=False, made=None, **options):
    """Return a compiled GAN of `networks`, or of those made, with plain gradient descent."""
    gan = GAN(made or networks(norm), loss, stabilizers, **options)
    gan.compile({player: keras.optimizers.SGD(learning_rate) for player in PLAYERS})
    return gan


def play(gan, images, steps=1):
    """Play steps on the same batch and return the last logs as floats."""
    for _ in range(steps):
        logs = gan.train_on_batch({"images": images}, return_dict=True)
    return {name: float(value) for name, value in logs.items()}


def values(variables):
    """Return variables as arrays."""
    return [keras.ops.convert_to_numpy(v.value).copy() for v in variables]
