"""A game small enough for a test."""

import keras
import numpy as np
from keras import layers

from gankit.testing.game import PLAYERS, game, networks, play, values

__all__ = ["PLAYERS", "for_few_steps", "game", "linear", "networks", "play", "values"]


def for_few_steps(gan):
    """Compile the step of a game only on JAX, which otherwise compiles each of its operations."""
    gan.jit_compile = keras.backend.backend() == "jax"
    gan.run_eagerly = not gan.jit_compile
    return gan


def linear():
    """Return a critic w · x of (8, 8, 1), w fixed by a seed, and a generator of grey images."""
    images, noise = keras.Input((8, 8, 1)), keras.Input((3,))
    critic = keras.Model(images, layers.Dense(1, use_bias=False)(layers.Flatten()(images)))
    critic.set_weights([0.2 * np.random.default_rng(1).standard_normal((64, 1))])
    grey = layers.Dense(64, kernel_initializer="zeros", trainable=False)(noise)
    grey = keras.Model(noise, layers.Reshape((8, 8, 1))(grey))
    return {"discriminator": critic, "generator": grey}
