"""Which judged examples count: top-k, weights of examples, and changes to real images only."""

from typing import ClassVar

import keras
import numpy as np
import pytest
from games import game, play, values
from keras import layers, ops

import gankit
from gankit.testing import check_stabilizer
from gankit_standard.losses import Bce, Wasserstein
from gankit_standard.stabilizers.chosen_samples import TopK

RATE = 0.1
REAL = np.random.default_rng(0).standard_normal((8, 2)).astype("float32")
NOISE = np.random.default_rng(1).standard_normal((8, 3)).astype("float32")
KERNEL = np.random.default_rng(2).standard_normal((3, 2))
CRITIC = np.array([[1.0], [-2.0]])


def linear():
    """Return G(z) = z · A and D(x) = x · c."""
    noise, points = keras.Input((3,)), keras.Input((2,))
    found = {
        "generator": keras.Model(noise, layers.Dense(2, use_bias=False)(noise)),
        "discriminator": keras.Model(points, layers.Dense(1, use_bias=False)(points)),
    }
    found["generator"].set_weights([KERNEL])
    found["discriminator"].set_weights([CRITIC])
    return found


class Fixed(gankit.Loss):
    """Bce's generator alone, of fixed noise."""

    players: ClassVar = {"generator": ("generator",)}

    def __call__(self, turn):
        fake = turn.generate("generator", ops.convert_to_tensor(NOISE))
        return ops.mean(ops.softplus(-turn.judge("discriminator", turn.batch["images"], fake).fake))


def stepped(part, loss=None, steps=1):
    gan = game(loss or Fixed(), [part], RATE, made=linear())
    play(gan, REAL, steps)
    return values(gan.networks["generator"].trainable_variables)[0]


def expected(kept):
    """Return A after one step by the mean gradient over the best samples, in float64."""
    z = NOISE.astype("float64")
    logits = (z @ KERNEL @ CRITIC)[:, 0]
    best = np.argsort(-logits)[:kept]
    slopes = -1 / (1 + np.exp(logits[best]))
    gradient = sum(s * np.outer(z[i], CRITIC[:, 0]) for s, i in zip(slopes, best)) / kept
    return KERNEL - RATE * gradient


@pytest.mark.parametrize(("fraction", "kept"), [(0.5, 4), (0.25, 2), (0.01, 1)])
def test_the_generator_steps_by_the_mean_gradient_of_the_best(fraction, kept):
    np.testing.assert_allclose(stepped(TopK(fraction, decay=0)), expected(kept), atol=1e-6)


def test_k_begins_at_the_batch_and_falls_to_the_fraction():
    np.testing.assert_allclose(stepped(TopK(0.25, decay=10)), expected(8), atol=1e-6)
    part = TopK(0.25, decay=10)
    game(Fixed(), [part], RATE, made=linear())
    found = []
    for step in (0, 5, 10, 20):
        part.steps.assign(step)
        found.append(float(ops.convert_to_numpy(ops.convert_to_tensor(part._fraction()))))
    assert found == pytest.approx([1.0, 0.5, 0.25, 0.25], abs=1e-6)


def test_the_logged_loss_is_that_of_all_samples_and_the_discriminator_sees_all():
    plain, chosen = (game(Wasserstein(), x, 0.0, made=linear()) for x in ([], [TopK(0.5, 0)]))
    for name in ("d_loss", "g_loss"):
        assert play(plain, REAL)[name] == pytest.approx(play(chosen, REAL)[name], abs=1e-6)


def test_top_k_keeps_to_what_a_stabilizer_is():
    check_stabilizer(TopK, off={"fraction": 1.0}, fraction=0.5, decay=0)


class Dark(gankit.Stabilizer):
    """Replaces real images by their half."""

    def replace_reals(self, name, images):
        return images / 2


class Halves(gankit.AdversarialLoss):
    """The mean of real images' logits, which the discriminator minimises."""

    boundary = None

    def discriminator(self, real):
        return ops.mean(real)

    def generator(self, real, fake):
        return ops.mean(fake) + 0.0 * ops.mean(real)


def test_a_stabilizer_may_change_real_images_only():
    def logs(*parts):
        return play(game(Halves(), parts, 0.0, made=linear()), REAL)

    plain, dark = logs(), logs(Dark())
    assert dark["d_loss"] == pytest.approx(plain["d_loss"] / 2, abs=1e-6)
    assert dark["g_loss"] == plain["g_loss"]


class Heavy(gankit.Stabilizer):
    """Counts the first real image only."""

    def example_weights(self, turn, side, logits):
        first = ops.cast(ops.arange(8)[:, None] == 0, "float32")
        return 8.0 * first if side == "real" else 1.0


@pytest.mark.parametrize("simultaneous", [False, True])
def test_weights_multiply_the_gradient_of_each_example(simultaneous):
    gan = game(Halves(), [Heavy()], RATE, made=linear(), simultaneous=simultaneous)
    play(gan, REAL)
    (critic,) = values(gan.networks["discriminator"].trainable_variables)
    np.testing.assert_allclose(critic[:, 0], CRITIC[:, 0] - RATE * REAL[0], atol=1e-6)


def test_weights_of_one_change_nothing():
    class Even(gankit.Stabilizer):
        def example_weights(self, turn, side, logits):
            return 1.0

    found = [play(game(Bce(), parts, RATE, made=linear()), REAL, 2) for parts in ([], [Even()])]
    assert found[0] == found[1]
