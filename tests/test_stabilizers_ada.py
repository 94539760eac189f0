"""Adaptive augmentation: each change against numpy, and p against what moves it."""

import math
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from games import game, linear, play, values
from keras import ops

import gankit
from gankit_standard.losses import Bce, Wasserstein
from gankit_standard.stabilizers import affine, augmentations
from gankit_standard.stabilizers.ada import Ada

ALL = ("pixels", "geometry", "colour", "cutout")


def pictures_of(*shape):
    return np.random.default_rng(4).uniform(-1, 1, shape).astype("float32")


def ada(p, changes=ALL, boundary=0.0, seed=3, **options):
    """Return the part with a p, as `prepare` makes it, and a seed of its own."""
    part = Ada(start=p, changes=changes, **options)
    seed = keras.random.SeedGenerator(seed)
    part.prepare(SimpleNamespace(seed=seed, game=SimpleNamespace(boundary=boundary)))
    return part


def seen(images, p, *changes, seed=3):
    return array(ada(p, changes or ALL, seed=seed).view(ops.convert_to_tensor(images)))


def draws(count, p):
    seed = keras.random.SeedGenerator(3)
    return augmentations.Draws(ops.zeros((count, 8, 16, 1)), ops.convert_to_tensor(p), seed)


def array(tensor):
    return ops.convert_to_numpy(ops.stop_gradient(tensor)).astype("float64")


# The changes


@pytest.mark.parametrize("channels", [1, 3])
def test_at_a_probability_of_zero_pictures_stay_as_they_are(channels):
    images = pictures_of(20, 6, 9, channels)
    np.testing.assert_array_equal(seen(images, 0.0), images)


def test_without_changes_pictures_stay_as_they_are():
    images = pictures_of(4, 6, 9, 1)
    np.testing.assert_array_equal(ada(1.0, ()).view(images), images)


@pytest.mark.parametrize("p", [1.0, 0.4])
def test_pixels_are_mirrored_turned_and_moved(p):
    image = pictures_of(8, 8, 1)
    candidates = np.stack([moved(turned, *by) for turned in turns(image) for by in MOVES])
    found = seen(np.stack([image] * 2000), p, "pixels")
    same = (found[:, None] == candidates[None]).all((2, 3, 4))
    assert (same.sum(1) == 1).all() and same.any(0).all() == (p == 1)
    unchanged = (1 - p / 2) * (1 - p * 3 / 4) * (1 - p * 3 / 4)  # half of all stay in their row
    assert same[:, MOVES.index((0, 0))].mean() == pytest.approx(unchanged, abs=0.035)


MOVES = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]


def turns(image):
    return [np.rot90(x, k) for x in (image, image[:, ::-1]) for k in range(4)]


def moved(image, down, right):
    """Return an image moved by slices; beyond its edges it is its mirror image."""
    wide = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="symmetric")
    return wide[1 - down : 9 - down, 1 - right : 9 - right]


def test_what_matrices_do():
    images = pictures_of(1, 8, 8, 2)
    one = ops.ones((1,))
    for matrix, expected in [
        (affine.scaling(one, -one), images[:, :, ::-1]),
        (affine.scaling(-one, one), images[:, ::-1]),
        (affine.rotation(one * math.pi / 2), np.rot90(images, axes=(1, 2))),
        (affine.translation(one, -one), moved(images[0], 1, -1)[None]),
    ]:
        np.testing.assert_allclose(array(affine.transformed(images, matrix)), expected, atol=1e-5)
    ramp = np.arange(-3.5, 4).astype("float32")[None, :, None, None] * np.ones((1, 8, 8, 1), "f")
    larger = array(affine.transformed(ramp, affine.scaling(2 * one, one)))
    np.testing.assert_allclose(larger, ramp / 2, atol=1e-6)


def test_pixels_between_others_are_weighed_by_hats():
    images = pictures_of(6, 5, 7, 2)
    matrices = np.zeros((6, 3, 3))
    matrices[:, :2] = np.random.default_rng(1).normal(size=(6, 2, 3)) * [1, 1, 2]
    found = affine.transformed(images, ops.convert_to_tensor(matrices.astype("float32")))
    np.testing.assert_allclose(array(found), resampled(images, matrices), atol=2e-5)


def resampled(images, matrices, margin=30):
    """Return images by the definition: each new pixel is a sum over all of the old ones."""
    _, height, width, _ = images.shape
    edges = ((0, 0), (margin, margin), (margin, margin), (0, 0))
    wide = np.pad(images.astype("float64"), edges, mode="symmetric")
    y, x = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    at = np.stack([*np.meshgrid(y, x, indexing="ij"), np.ones((height, width))])
    rows, columns = np.einsum("bij,jhw->ibhw", matrices[:, :2], at)
    rows, columns = rows + (height - 1) / 2 + margin, columns + (width - 1) / 2 + margin
    down = np.maximum(0, 1 - np.abs(rows[..., None] - np.arange(wide.shape[1])))
    right = np.maximum(0, 1 - np.abs(columns[..., None] - np.arange(wide.shape[2])))
    return np.einsum("bhwi,bhwj,bijc->bhwc", down, right, wide)


def test_geometry_is_drawn_as_in_the_paper():
    size, before, stretch, after, moves = map(array, augmentations.geometry(draws(4000, 1.0)))
    for matrix in (size, stretch):
        assert np.log2(matrix[:, 1, 1]).std() == pytest.approx(0.2, abs=0.01)
    np.testing.assert_allclose(size[:, 0, 0], size[:, 1, 1])
    np.testing.assert_allclose(np.linalg.det(stretch), 1, atol=1e-5)
    for matrix in (before, after):
        angle = np.arctan2(matrix[:, 0, 1], matrix[:, 0, 0])
        assert angle.std() == pytest.approx(math.pi / 3**0.5, rel=0.04)
    assert moves[:, 0, 2].std() == pytest.approx(1, rel=0.04)  # 1/8 of 8 and of 16 pixels
    assert moves[:, 1, 2].std() == pytest.approx(2, rel=0.04)


@pytest.mark.parametrize("p", [0.0, 0.25, 0.6])
def test_each_change_has_the_probability_p(p):
    size, before, stretch, after, moves = map(array, augmentations.geometry(draws(4000, p)))
    changed = [(x != np.eye(3)).any((1, 2)) for x in (size, stretch, moves)]
    changed.append((before != np.eye(3)).any((1, 2)) | (after != np.eye(3)).any((1, 2)))
    assert [x.mean() for x in changed] == pytest.approx([p] * 4, abs=0.03)
    both = (changed[0] & changed[1]).mean()
    assert both == pytest.approx(p * p, abs=0.03)  # each by its own draw


def test_colours_keep_what_each_change_is_to_keep():
    images = pictures_of(1500, 4, 4, 3).astype("float64")
    found = seen(images.astype("float32"), 1.0, "colour")
    shift = found.mean((1, 2, 3)) - images.mean((1, 2, 3))  # only brightness moves the mean
    assert shift.std() == pytest.approx(0.2, abs=0.015)
    hues = [x - x.mean(3, keepdims=True) for x in (images, found)]
    greys = [x.mean(3) - x.mean((1, 2, 3))[:, None, None] for x in (images, found)]
    contrast, both = (factor(*pair) for pair in (greys, hues))
    assert np.log2(contrast).std() == pytest.approx(0.5, abs=0.04)
    assert np.log2(both / contrast).std() == pytest.approx(1.0, abs=0.08)


def factor(old, new):
    """Return by what new images are old ones; it is one number for each."""
    old, new = (x.reshape(len(x), -1) for x in (old, new))
    found = (old * new).sum(1) / (old**2).sum(1)
    np.testing.assert_allclose(new, found[:, None] * old, atol=1e-4)
    return found


def test_a_share_of_the_pictures_has_a_hole_of_half_the_side():
    empty = seen(np.ones((1000, 8, 8, 1), "float32"), 0.3, "cutout")[..., 0] == 0
    holed = empty.any((1, 2))
    assert holed.mean() == pytest.approx(0.3, abs=0.05)
    assert empty.sum((1, 2)).max() == 16 and empty.any(0).all()


def test_the_gradient_through_all_changes_equals_finite_differences():
    images = pictures_of(2, 2, 3, 2)
    weights = ops.convert_to_tensor(images[::-1].copy())
    part = ada(1.0)

    def total(x):
        part.seed = keras.random.SeedGenerator(3)  # the same draws each time
        return ops.sum(ops.square(part.view(x)) * weights)

    np.testing.assert_allclose(*slopes(total, images), rtol=2e-3, atol=2e-3)


def test_the_second_derivative_of_drawing_anew_equals_finite_differences():
    images = pictures_of(1, 3, 4, 1)
    matrix = affine.rotation(ops.ones((1,)))

    def slope(x):
        gradient = gankit.input_gradient(lambda x: affine.transformed(x, matrix) ** 3, x)
        return ops.sum(gradient * ops.convert_to_tensor(images))

    np.testing.assert_allclose(*slopes(slope, images), rtol=2e-3, atol=2e-3)


def slopes(function, images):
    """Return slopes of a function of second order on six ways, by gradient and by difference."""
    found = array(gankit.input_gradient(function, ops.convert_to_tensor(images)))
    ways = 0.3 * np.random.default_rng(5).normal(size=(6, *images.shape)).astype("float32")
    expected = [
        (at(function, images + way) - at(function, images - way)) / 2  # of second order: exact
        for way in ways
    ]
    assert np.abs(expected).max() > 0.1
    return [(found * way).sum() for way in ways], expected


def at(function, images):
    return float(ops.stop_gradient(function(ops.convert_to_tensor(images))))


def test_points_are_no_pictures():
    with pytest.raises(gankit.GankitError, match="ada"):
        ada(0.5).view(ops.zeros((4, 2)))


# The probability


def turn(real, fake, player="discriminator"):
    """Return a turn on which a batch of images was judged, whose logits are the images."""
    real, fake = (ops.convert_to_tensor(np.float32(x)[:, None]) for x in (real, fake))
    judgment = gankit.Judgment(lambda images: images, real, fake, lambda targets: targets)
    return SimpleNamespace(player=player, judgments=[judgment])


SURE, DOUBTFUL, EVEN = [2.0] * 10, [2.0] * 7 + [-1.0] * 3, [2.0] * 8 + [-1.0] * 2
STEP = 10 / 4000


@pytest.mark.parametrize(
    ("start", "real", "after"),
    [
        (0.5, SURE, 0.5 + STEP),
        (0.5, DOUBTFUL, 0.5 - STEP),
        (0.5, EVEN, 0.5),
        (1.0, SURE, 1.0),
        (0.0, DOUBTFUL, 0.0),
    ],
)
def test_p_moves_by_a_fixed_step_towards_the_target(start, real, after):
    part = ada(start, speed=4.0)
    shown = part.watch(turn(real, [9.0] * 10))
    assert float(part.p.value) == float(shown["ada_p"]) == pytest.approx(after, abs=1e-6)


@pytest.mark.parametrize(("boundary", "step"), [(0.0, STEP), (2.5, -STEP), (None, -STEP)])
def test_being_sure_is_measured_from_where_the_loss_says(boundary, step):
    part = ada(0.5, boundary=boundary, speed=4.0)
    part.watch(turn([2.0] * 10, [1.0] * 7 + [3.0] * 3))
    assert float(part.p.value) == pytest.approx(0.5 + step, abs=1e-6)


def test_other_turns_and_a_speed_of_zero_leave_p():
    part, fixed = ada(0.5, speed=4.0), ada(0.5, speed=0.0)
    assert part.watch(turn(SURE, SURE, "generator")) == {}
    assert float(fixed.watch(turn(SURE, SURE))["ada_p"]) == 0.5
    assert float(part.p.value) == 0.5


@pytest.mark.parametrize(
    ("loss", "options"), [(Bce, {}), (Wasserstein, {"repeats": {"discriminator": 2}})]
)
def test_p_counts_the_images_that_were_judged(images, loss, options):
    part = Ada(target=-1.0, speed=1.0, start=0.25, changes=())  # a target that all batches exceed
    logs = play(quick(loss(), part, learning_rate=0.0, **options), images[:16], steps=2)
    assert float(part.p.value) == pytest.approx(0.25 + 2 * 16 / 1000, abs=1e-6)
    assert 0.25 < logs["ada_p"] <= float(part.p.value)  # the mean on the way


def test_p_is_restored_with_the_game(images):
    one, other = (Ada(target=-1.0, speed=0.1, changes=("colour",)) for _ in range(2))
    gan, copy = (quick(Bce(), part) for part in (one, other))
    play(gan, images[:8], steps=2)
    state, theirs = ([*x.variables, *x.metrics_variables] for x in (copy, gan))
    for variable, value in zip(state, values(theirs), strict=True):
        variable.assign(value)
    assert float(other.p.value) == float(one.p.value) > 0.1
    assert play(gan, images[:8]) == play(copy, images[:8])


def quick(loss, *parts, **options):
    """Return a game of linear networks that is not compiled: soon done."""
    gan = game(loss, parts, made=linear(), **options)
    gan.run_eagerly, gan.jit_compile = True, False
    return gan
