"""Answers that stay as they are when an image is moved, by a linear discriminator."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from games import game, linear, play, values
from keras import ops

import gankit
from gankit_standard.losses import Wasserstein
from gankit_standard.stabilizers.consistency import Consistency

DRAW = np.random.default_rng(4)
REAL, FAKE, WEIGHTS = (DRAW.normal(size=(12, 6, 8, 2)).astype("float32") for _ in range(3))


def seeded(part):
    """Return the part with a seed of its own."""
    part.prepare(SimpleNamespace(seed=keras.random.SeedGenerator(3)))
    return part


def array(tensor):
    return ops.convert_to_numpy(ops.stop_gradient(tensor)).astype("float64")


def sloped(images):
    """Return w · x + 3 of each image, (batch, 1)."""
    return ops.sum(images * ops.convert_to_tensor(WEIGHTS[:1]), axis=(1, 2, 3))[:, None] + 3


def penalty(part, player="discriminator"):
    real, fake = map(ops.convert_to_tensor, (REAL, FAKE))
    judgment = gankit.Judgment(sloped, real, fake, lambda targets: targets)
    return part.penalty(SimpleNamespace(player=player, judgments=[judgment]))


def moved(images, **options):
    """Return T of images, by the draws of a fresh part."""
    return array(seeded(Consistency(**options))._moved(ops.convert_to_tensor(images)))


def test_half_of_the_pictures_are_mirrored_and_all_are_moved():
    images = np.repeat(REAL[:1], 400, axis=0)
    found = {tuple(x.ravel()) for x in moved(images, translation=0.125)}
    wide = np.pad(REAL[0], ((1, 1), (1, 1), (0, 0)), "edge")
    both = (wide, wide[:, ::-1])
    moves = [x[i : i + 6, j : j + 8] for x in both for i in range(3) for j in range(3)]
    assert found == {tuple(x.ravel().astype("float64")) for x in moves}


def test_only_mirrored_and_not_at_all():
    images = np.repeat(REAL[:1], 400, axis=0)
    same = (moved(images, translation=0.0) == images).all((1, 2, 3))
    assert 0.4 < same.mean() < 0.6
    np.testing.assert_array_equal(moved(images, translation=0.0)[~same], images[~same][:, :, ::-1])
    np.testing.assert_array_equal(moved(images, translation=0.0, flip=False), images)


@pytest.mark.parametrize("weights", [(2.0, 0.0), (0.0, 0.5), (2.0, 0.5)])
def test_the_penalty_of_a_linear_discriminator(weights):
    mover, expected = seeded(Consistency()), 0.0
    for weight, images in zip(weights, (REAL, FAKE)):
        if weight:
            away = images - array(mover._moved(ops.convert_to_tensor(images)))
            expected += weight * np.mean((away * WEIGHTS[0]).sum((1, 2, 3)) ** 2)
    assert float(penalty(seeded(Consistency(*weights)))) == pytest.approx(expected, rel=1e-5)


def test_only_the_discriminator_is_held():
    assert penalty(seeded(Consistency()), "generator") == 0.0


def test_points_are_no_pictures():
    part = seeded(Consistency())
    with pytest.raises(gankit.GankitError, match="consistency"):
        part._moved(ops.zeros((4, 2)))


def test_both_answers_move_by_its_gradient(images):
    """A linear critic without a bias: w ← w − ∇ of its loss and of the penalty, in float64."""
    part = Consistency(weight=0.1, translation=0.25)
    gan = game(Wasserstein(), [part], 0.01, made=linear())
    critic = gan.networks["discriminator"]
    gan.run_eagerly, gan.jit_compile = True, False
    (before,) = values(critic.weights)
    seed = keras.random.SeedGenerator(0)
    seed.state.assign(gan.seed.state.value)
    logs = play(gan, images[:16])
    real = images[:16].astype("float64") / 127.5 - 1
    keras.random.normal((16, 3), seed=seed)  # the noise of the generator
    part.seed = seed
    away = real - array(part._moved(ops.convert_to_tensor(real.astype("float32"))))
    away, w = away.reshape(16, -1), before[:, 0].astype("float64")
    assert logs["consistency"] == pytest.approx(0.1 * np.mean((away @ w) ** 2), rel=1e-4)
    slope = 0.1 * 2 * away.T @ (away @ w) / 16 - real.reshape(16, -1).mean(0)
    np.testing.assert_allclose(values(critic.weights)[0][:, 0], w - 0.01 * slope, atol=1e-6)
