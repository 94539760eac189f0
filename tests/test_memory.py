"""The estimate of a step's memory, counted by hand."""

import math

import keras
import pytest
from games import PLAYERS

from gankit.gan import GAN
from gankit.memory import memory
from gankit_standard.losses import Bce

LATENT, WIDTH = 3, 5


def networks(shape):
    """Return dense networks for data of a shape, the discriminator in a network in a network."""
    size = math.prod(shape)
    noise, seen = keras.Input((LATENT,)), keras.Input(shape)
    flat = keras.layers.Dense(size)(keras.layers.Dense(WIDTH)(noise))
    hidden = keras.Input(shape)
    inner = keras.Model(hidden, keras.layers.Dense(1)(keras.layers.Flatten()(hidden)))
    return {
        "generator": keras.Model(noise, keras.layers.Reshape(shape)(flat)),
        "discriminator": keras.Sequential([seen, inner]),
    }, size


@pytest.mark.parametrize("shape", [(2,), (1, 1, 7)], ids=["points", "pictures"])
def test_real_and_generated_data_pass_a_discriminator_whatever_their_shape(shape):
    made, size = networks(shape)
    gan = GAN(made, Bce())
    gan.compile({player: keras.optimizers.SGD() for player in PLAYERS})
    found = memory(gan, images=10)
    generator = LATENT + WIDTH + size + size  # what comes out of each layer, the input's too
    discriminator = size + size + size + 1
    assert found["activations"] == 10 * 4 * (generator + 2 * discriminator)
    weights = (LATENT + 1) * WIDTH + (WIDTH + 1) * size + size + 1
    assert found["weights"] == found["gradients"] == 4 * weights
