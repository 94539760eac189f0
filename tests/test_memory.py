"""The estimate of a step's memory, counted by hand; and what is said where there is too little."""

import math

import keras
import numpy as np
import pytest
from games import PLAYERS
from keras import ops

import gankit
from gankit.game.gan import GAN
from gankit.run.memory import enough_memory, memory
from gankit_standard.losses import Bce

pytestmark = pytest.mark.long

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


@pytest.mark.parametrize("shape", [(2,), (1, 1, 7)], ids=["points", "images"])
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


class Greedy(gankit.Stabilizer):
    """Sorts 2⁴⁶ numbers: more than any address space holds, and nothing that a compiler avoids."""

    def penalty(self, turn):
        many = turn.batch["images"][0, 0] + ops.arange(2**23, dtype="float32")
        return ops.mean(ops.sort(many[:, None] * many))


def test_a_device_without_memory_left_is_told_to_the_user():
    gan = GAN(networks((2,))[0], Bce(), [Greedy()])
    gan.compile({player: keras.optimizers.SGD() for player in PLAYERS})
    with pytest.raises(gankit.GankitError) as caught, enough_memory(10):
        found = gan.train_on_batch({"images": np.zeros((10, 2), "float32")}, return_dict=True)
        float(found["g_loss"])  # where the step is still under way, as on JAX, it is waited for
    assert caught.value.message.startswith("CPU ran out of memory with batches of 10: ")
    assert "--set training.batch_size=5 " in caught.value.hint


def test_a_host_without_memory_left_is_told_and_other_exceptions_are_not():
    with pytest.raises(gankit.GankitError, match="batches of 1: MemoryError"), enough_memory(1):
        raise MemoryError
    with pytest.raises(RuntimeError, match="of another kind"), enough_memory(1):
        raise RuntimeError("of another kind")
