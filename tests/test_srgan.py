"""SRGAN: its losses against float64 numpy, pixel shuffle against TensorFlow, a staged run."""

import keras
import numpy as np
import pytest
from games import values
from keras import ops
from networks import convolve, normal
from PIL import Image

import gankit
from gankit.engine import input_gradient
from gankit.game.gan import GAN
from gankit.game.turn import Round, Turn
from gankit_srgan.content import ContentDistance
from gankit_srgan.losses import Content, Srgan, shrunk
from gankit_srgan.networks import srgan
from gankit_standard.stabilizers.targets import LabelSmoothing
from gankit_standard.stabilizers.updates import Ema

IMAGES = 0.5 * normal(4, 8, 8, 1, seed=1)
JUDGE = normal(64, 1, seed=2)
SCALE, SHIFT = 0.75, 0.125  # what the generator does to each pixel before it repeats it


def networks():
    """Return a generator that repeats pixels, 4×4 → 8×8, and a linear discriminator."""
    low, high = keras.Input((4, 4, 1)), keras.Input((8, 8, 1))
    made = keras.layers.UpSampling2D()(keras.layers.Conv2D(1, 1)(low))
    logits = keras.layers.Dense(1, use_bias=False)(keras.layers.Flatten()(high))
    found = {"generator": keras.Model(low, made), "discriminator": keras.Model(high, logits)}
    found["generator"].set_weights([np.full((1, 1, 1, 1), SCALE), np.full((1,), SHIFT)])
    found["discriminator"].set_weights([JUDGE])
    return found


def game(loss, stabilizers=(), rate=0.1, made=None, **options):
    gan = GAN(made or networks(), loss, stabilizers, **options)
    gan.compile({player: keras.optimizers.SGD(rate) for player in loss.players})
    return gan


def score(loss, player, stabilizers=()):
    gan = game(loss, stabilizers)
    return float(loss(Turn(player, Round(gan, {"images": ops.convert_to_tensor(IMAGES)}))))


def means(images, factor=2):
    """Return the mean of each square of pixels, in float64."""
    count, height, width, channels = images.shape
    squares = images.astype("float64").reshape(
        count, height // factor, factor, width // factor, factor, channels
    )
    return squares.mean(axis=(2, 4))


def made():
    return (SCALE * means(IMAGES) + SHIFT).repeat(2, axis=1).repeat(2, axis=2)


def logits(images):
    return images.astype("float64").reshape(len(images), -1) @ JUDGE.astype("float64")


def test_content_is_the_mean_squared_distance_of_pixels():
    assert score(Content(), "generator") == pytest.approx(((made() - IMAGES) ** 2).mean(), rel=1e-5)


@pytest.mark.parametrize("adversarial", [0.0, 0.5])
def test_the_generators_loss_is_content_and_a_little_of_what_the_discriminator_says(adversarial):
    expected = ((made() - IMAGES) ** 2).mean()
    expected += adversarial * np.logaddexp(0, -logits(made())).mean()
    assert score(Srgan(adversarial), "generator") == pytest.approx(expected, rel=1e-5)


def test_the_discriminators_loss_equals_its_formula_with_softened_targets():
    real, fake = logits(IMAGES), logits(made())
    real = 0.9 * np.logaddexp(0, -real) + 0.1 * np.logaddexp(0, real)
    expected = (real.mean() + np.logaddexp(0, fake).mean()) / 2
    found = score(Srgan(), "discriminator", [LabelSmoothing(0.1)])
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("simultaneous", [False, True])
@pytest.mark.parametrize("loss", [Content, Srgan])
def test_a_turn_moves_only_the_networks_of_its_player(loss, simultaneous):
    gan = game(loss(), simultaneous=simultaneous)
    before = {name: values(network.variables) for name, network in gan.networks.items()}
    gan.train_on_batch({"images": IMAGES})
    for name, network in gan.networks.items():
        moved = not any(map(np.array_equal, before[name], values(network.variables)))
        assert moved == (name in gan.game.players)
    for still in gan.game.players:
        gan.compile({p: keras.optimizers.SGD(0.1 * (p != still)) for p in gan.game.players})
        before = values(gan.trained_by(still))
        gan.train_on_batch({"images": IMAGES})
        assert all(map(np.array_equal, before, values(gan.trained_by(still))))


def test_both_players_of_one_forward_pass_see_the_same_small_pictures():
    gan = game(Srgan())
    shared = Round(gan, {"images": ops.convert_to_tensor(IMAGES)})
    turns = [Turn(player, shared, alone=False) for player in gan.game.players]
    for turn in turns:
        gan.game(turn)
    (one,), (other,) = (turn.judgments for turn in turns)
    assert one is other


def test_small_pictures_are_means():
    images = normal(2, 12, 8, 3)
    low, high = keras.Input((3, 2, 3)), keras.layers.UpSampling2D(4)
    found = ops.convert_to_numpy(shrunk(images, keras.Model(low, high(low))))
    np.testing.assert_allclose(found, means(images, 4), atol=1e-6)


# Pixel shuffle


@pytest.mark.parametrize("factor", [2, 3])
def test_depth_to_space_shuffles_pixels_as_trained_generators_need_it(factor):
    x = normal(2, 3, 5, factor**2 * 2)
    found = ops.convert_to_numpy(ops.depth_to_space(ops.convert_to_tensor(x), factor))
    for row, column, i, j, k in np.ndindex(3, 5, factor, factor, 2):
        np.testing.assert_array_equal(
            found[:, factor * row + i, factor * column + j, k],
            x[:, row, column, (i * factor + j) * 2 + k],
        )


def test_depth_to_space_is_that_of_tensorflow():
    tf = pytest.importorskip("tensorflow")
    x = normal(2, 4, 3, 12)
    found = ops.convert_to_numpy(ops.depth_to_space(ops.convert_to_tensor(x), 2))
    np.testing.assert_array_equal(found, tf.nn.depth_to_space(x, 2).numpy())


# The networks


@pytest.mark.anywhere
def test_the_networks_are_those_of_the_paper():
    found = srgan(gankit.DataSpec({"images": (96, 96, 3)}))
    assert found["generator"].input.shape == (None, 24, 24, 3)
    assert found["generator"].output.shape == (None, 96, 96, 3)
    kernels = [w.shape for w in found["generator"].weights if w.name == "kernel"]
    assert kernels[0] == (9, 9, 3, 64) and kernels[-1] == (9, 9, 64, 3)
    assert kernels.count((3, 3, 64, 64)) == 33  # sixteen blocks of two, and one behind them
    assert kernels.count((3, 3, 64, 256)) == 2
    widths = [w.shape[-1] for w in found["discriminator"].weights if w.name == "kernel"]
    assert widths == [64, 64, 128, 128, 256, 256, 512, 512, 1024, 1]


@pytest.mark.anywhere
def test_factor_2_has_one_shuffle():
    found = srgan(gankit.DataSpec({"images": (16, 16, 1)}), factor=2, width=2, blocks=0)
    assert found["generator"].input.shape == (None, 8, 8, 1)
    assert found["generator"].output.shape == (None, 16, 16, 1)


@pytest.mark.anywhere
@pytest.mark.parametrize("shape", [(2,), (18, 18, 1), (8, 8, 1)])
def test_sizes_that_do_not_fit_are_an_error(shape):
    with pytest.raises(gankit.GankitError, match="a multiple of factor = 4"):
        srgan(gankit.DataSpec({"images": shape}))


# Features


@pytest.fixture(scope="module")
def vgg19(tmp_path_factory):
    """Return a file of weights of VGG-19, random ones, and the first two layers' in float64."""
    network = keras.applications.VGG19(include_top=False, weights=None)
    draw = np.random.default_rng(0)
    layers = [network.get_layer(f"block1_conv{number}") for number in (1, 2)]
    for layer in layers:
        layer.set_weights([0.05 * draw.normal(size=w.shape) for w in layer.weights])
    path = tmp_path_factory.mktemp("vgg19") / "vgg19.weights.h5"
    network.save_weights(path)
    weights = [[ops.convert_to_numpy(w).astype("float64") for w in x.weights] for x in layers]
    return path, weights


def features(images, weights):
    """Return what VGG-19 finds in RGB images of [−1, 1] in its second layer, divided by 12.75."""
    x = (images.astype("float64") + 1)[..., ::-1] * 127.5 - (103.939, 116.779, 123.68)
    for kernel, bias in weights:
        x = np.maximum(convolve(x, kernel, bias), 0)
    return x / 12.75


@pytest.mark.parametrize("channels", [1, 3])
def test_content_by_features_equals_its_formula(vgg19, channels):
    path, weights = vgg19
    real, fake = (np.tanh(normal(2, 8, 8, channels, seed=seed)) for seed in (5, 6))
    wide = [np.broadcast_to(x, (2, 8, 8, 3)) for x in (real, fake)]
    expected = np.square(features(wide[0], weights) - features(wide[1], weights)).mean()
    likeness = ContentDistance(str(path), "block1_conv2")
    found = likeness(*map(ops.convert_to_tensor, (real, fake)))
    assert float(found) == pytest.approx(expected, rel=1e-4)
    assert float(likeness(*map(ops.convert_to_tensor, (real, real)))) == 0
    slope = input_gradient(lambda x: likeness(ops.convert_to_tensor(real), x), ops.array(fake))
    assert np.abs(ops.convert_to_numpy(slope)).max() > 0


def test_vgg19_itself_is_not_trained(vgg19):
    loss = Content(str(vgg19[0]), "block1_conv2")
    gan = game(loss, rate=1e-6)
    before = values(loss.distance.network.variables), values(gan.networks["generator"].variables)
    logs = gan.train_on_batch({"images": IMAGES}, return_dict=True)
    assert np.isfinite(float(logs["g_loss"]))
    assert all(map(np.array_equal, before[0], values(loss.distance.network.variables)))
    assert not any(map(np.array_equal, before[1], values(gan.networks["generator"].variables)))


@pytest.mark.anywhere
def test_weights_that_cannot_be_read_and_unknown_layers_are_named(tmp_path, vgg19):
    with pytest.raises(gankit.GankitError, match=r"missing\.weights\.h5' cannot be read"):
        Content(str(tmp_path / "missing.weights.h5"))
    (tmp_path / "text.weights.h5").write_text("no weights")
    with pytest.raises(gankit.GankitError, match=r"text\.weights\.h5' cannot be read"):
        Content(str(tmp_path / "text.weights.h5"))
    with pytest.raises(gankit.GankitError, match="VGG-19 has no layer 'block9'"):
        Content(str(vgg19[0]), "block9")


# A run

RECIPE = """
[dataset]
name = "lego"
count = 16
size = 16
kinds = ["brick-2x2"]

[architecture]
name = "srgan"
factor = 4
width = 2
blocks = 1

[loss]
name = "content"

[training]
batch_size = 8

[[stages]]

[[stages]]
loss.name = "srgan"
"""


@pytest.mark.long
@pytest.mark.anywhere
def test_a_run_of_two_stages_has_sheets(gankit, tmp_path):
    (tmp_path / "bricks.toml").write_text(RECIPE)
    code, out, error = gankit("run", "bricks.toml", "--out", "run", "--cpu")
    assert code == 0, error
    assert "gankit sample" not in out
    sheets = sorted((tmp_path / "run" / "samples").glob("epoch-*.png"))
    assert [sheet.stem for sheet in sheets] == ["epoch-000", "epoch-001", "epoch-002"]
    pixels = np.asarray(Image.open(sheets[-1]))
    scale = (pixels.shape[1] - 6) // (2 * 3 * 16)
    assert pixels.shape[0] == 2 + 4 * (16 * scale + 2)
    low = pixels[2 : 2 + 16 * scale, 2 : 2 + 16 * scale].reshape(4, 4 * scale, 4, 4 * scale)
    assert (low == low[:, :1, :, :1]).all(), "each small pixel is a square"
    code, _, error = gankit("sample", "run", "--cpu")
    assert code == 1 and "images into images" in " ".join(error.split())


@pytest.mark.anywhere
def test_the_strip_is_made_by_averaged_weights():
    gan = game(Srgan(), [Ema(0.9, warm_up=False)])
    gan.train_on_batch({"images": IMAGES})
    ((low, found, high),) = gan.game.preview(gan, {"images": IMAGES})
    np.testing.assert_allclose(ops.convert_to_numpy(low), means(IMAGES), atol=1e-6)
    np.testing.assert_array_equal(high, IMAGES)
    weight, bias = (w.ravel() for w in values(gan.averages["generator"]))
    expected = (weight * means(IMAGES) + bias).repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected, atol=1e-5)
