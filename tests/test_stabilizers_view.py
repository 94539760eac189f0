"""What the discriminator is asked and shows itself to see."""

import keras
import numpy as np
import pytest
from games import game, play
from keras import ops

import gankit
from gankit_standard.losses import Bce
from gankit_standard.stabilizers.targets import LabelFlipping
from gankit_standard.stabilizers.view import DiffAugment, InstanceNoise


def seeded(stabilizer, seed=3):
    """Return the stabilizer with a seed of its own, as `prepare` gives it."""
    stabilizer.seed = keras.random.SeedGenerator(seed)
    return stabilizer


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_labels_are_flipped_by_their_probability_and_stay_in_the_interval(probability):
    soft = gankit.Targets(0.9 * ops.ones((10_000, 1)), ops.zeros((10_000, 1)))
    flipped = seeded(LabelFlipping(probability)).targets(soft)
    real, fake = (ops.convert_to_numpy(x).astype("float64") for x in (flipped.real, flipped.fake))
    assert {*real.round(6).ravel()} <= {0.1, 0.9} and {*fake.ravel()} <= {0.0, 1.0}
    assert (real < 0.5).mean() == pytest.approx(probability, abs=0.02)
    assert (fake > 0.5).mean() == pytest.approx(probability, abs=0.02)


@pytest.mark.parametrize(("step", "share"), [(0, 1.0), (30, 0.7), (100, 0.0), (500, 0.0)])
def test_instance_noise_decays_linearly(step, share):
    noise = seeded(InstanceNoise(0.5, decay=100))
    noise.steps = keras.Variable(step, dtype="int32", trainable=False)
    seen = ops.convert_to_numpy(noise.view(ops.ones((64, 8, 8, 1))))
    assert seen.mean() == pytest.approx(1, abs=0.03)
    assert seen.std() == pytest.approx(0.5 * share, abs=0.02)


def test_instance_noise_without_decay_stays(images):
    noise = InstanceNoise(0.5, decay=0)
    gan = game(Bce(), [noise])
    play(gan, images, steps=2)
    assert ops.convert_to_numpy(noise.view(ops.zeros((64, 8, 8, 1)))).std() > 0.45


def pixels(*shape):
    return np.random.default_rng(4).uniform(-1, 1, shape).astype("float32")


def augmented(images, seed=3, **policy):
    off = {"colour": 0.0, "translation": 0.0, "cutout": 0.0}
    return seeded(DiffAugment(**off | policy), seed).view(ops.convert_to_tensor(images))


def test_without_a_policy_pictures_stay_as_they_are():
    images = pixels(4, 6, 8, 3)
    np.testing.assert_array_equal(ops.convert_to_numpy(augmented(images)), images)


def test_a_moved_picture_is_a_part_of_the_old_one_on_grey():
    images = pixels(200, 8, 12, 2)
    moved = ops.convert_to_numpy(augmented(images, translation=0.25))
    found = set()
    for old, new in zip(images, moved):
        matches = [
            s for s in np.ndindex(5, 7) if np.array_equal(shifted(old, s[0] - 2, s[1] - 3), new)
        ]
        assert len(matches) == 1
        found |= set(matches)
    assert len(found) == 35  # every move by up to 2 rows and 3 columns


def shifted(image, down, right):
    """Return an image moved over zeros, by slices."""
    height, width, _ = image.shape
    wide = np.pad(image, ((height, height), (width, width), (0, 0)))
    return wide[height - down : 2 * height - down, width - right : 2 * width - right]


@pytest.mark.parametrize(("share", "side"), [(0.5, 4), (0.4, 3)])
def test_a_hole_is_a_square_whose_middle_is_in_the_picture(share, side):
    holes = ops.convert_to_numpy(augmented(np.ones((300, 8, 8, 1), "float32"), cutout=share)) == 0
    for hole in holes[..., 0]:
        rows, columns = hole.any(1).sum(), hole.any(0).sum()
        assert hole.sum() == rows * columns and side // 2 <= min(rows, columns)
        assert max(rows, columns) <= side
    assert holes.any(0).all()
    assert (holes.sum((1, 2, 3)) == side**2).any()


def test_colours_keep_what_each_change_is_to_keep():
    images = pixels(50, 4, 4, 3).astype("float64")
    seen = ops.convert_to_numpy(augmented(images.astype("float32"), colour=1.0)).astype("float64")
    shift = seen.mean((1, 2, 3)) - images.mean((1, 2, 3))  # only brightness moves the mean
    assert np.abs(shift).max() < 0.5 and shift.std() > 0.2
    hues = [x - x.mean(3, keepdims=True) for x in (images, seen)]
    greys = [x.mean(3) - x.mean((1, 2, 3))[:, None, None] for x in (images, seen)]
    for (old, new), most in ((greys, 1.5), (hues, 3.0)):
        factor = (old * new).sum(tuple(range(1, old.ndim))) / (old**2).sum(
            tuple(range(1, old.ndim))
        )
        spread = factor.reshape(-1, *[1] * (old.ndim - 1))
        np.testing.assert_allclose(new, spread * old, atol=1e-5)
        assert factor.min() >= 0 and factor.max() < most and factor.std() > 0.1


def test_the_gradient_through_augmentation_equals_finite_differences():
    images = pixels(2, 4, 4, 2)
    weights = ops.convert_to_tensor(images[::-1].copy())
    policy = {"colour": 1.0, "translation": 0.25, "cutout": 0.3}

    def total(x):
        return ops.sum(ops.square(augmented(x, **policy)) * weights)

    found = gankit.input_gradient(total, ops.convert_to_tensor(images))
    found = ops.convert_to_numpy(ops.stop_gradient(found))
    ways = 0.3 * np.random.default_rng(5).normal(size=(6, *images.shape)).astype("float32")
    for way in ways:  # of a square: central differences are exact
        expected = float(total(images + way) - total(images - way)) / 2
        assert (found * way).sum() == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert np.abs(found).max() > 0.1


def test_points_are_no_pictures():
    with pytest.raises(gankit.GankitError, match="diff-augment"):
        augmented(np.zeros((4, 2), "float32"), colour=1.0)
