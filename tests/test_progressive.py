"""Progressive growing: the grown networks against the old ones, and against float64 numpy."""

import keras
import numpy as np
import pytest
from games import game
from networks import called, convolve, doubled, halved, normal, randomise

import gankit
from gankit.game.gan import GAN
from gankit.testing import check_architecture
from gankit_progressive.fade_in import FadeIn, Mixture
from gankit_progressive.networks import progressive
from gankit_standard.losses import LeastSquares
from gankit_standard.stabilizers.equalised import EqualisedLearningRate

SMALL = {"latent": 5, "widths": (6, 4, 3)}


def networks(size, fade=False):
    return progressive(gankit.DataSpec({"images": (size, size, 1)}), fade=fade, **SMALL)


def grown(alpha):
    """Return networks of 8 pixels, and of 16 with their weights and a given α."""
    old, new = networks(8), networks(16, fade=True)
    for seed, name in enumerate(old):
        randomise(new[name], seed + 7)
        randomise(old[name], seed)
        known = {weight.path: weight for weight in old[name].weights}
        taken = [w for w in new[name].weights if w.path in known]
        assert len(taken) == len(known)
        for weight in taken:
            weight.assign(known[weight.path])
        set_alpha(new[name], alpha)
    return old, new


def set_alpha(network, alpha):
    (mixture,) = mixtures(network)
    mixture.alpha.assign(alpha)


def mixtures(network):
    return [layer for layer in network.layers if isinstance(layer, Mixture)]


def test_at_alpha_0_the_grown_networks_are_the_old_ones_at_twice_the_size():
    old, new = grown(0.0)
    noise, images = normal(3, 5), normal(3, 16, 16, 1)
    small = called(old["generator"], noise)
    np.testing.assert_allclose(called(new["generator"], noise), doubled(small), atol=1e-6)
    expected = called(old["discriminator"], halved(images))
    np.testing.assert_allclose(called(new["discriminator"], images), expected, rtol=1e-5, atol=1e-6)


def test_a_stage_begins_with_what_the_one_before_drew_at_twice_the_size():
    loss, noise, images = LeastSquares(), normal(3, 5), normal(3, 16, 16, 1)
    old = game(loss, [EqualisedLearningRate()], made=networks(8))
    for number, network in enumerate(old.networks.values()):
        randomise(network, number)
    parts = [EqualisedLearningRate(), FadeIn(4)]
    new = GAN(networks(16, fade=True), loss, parts, previous=old).networks
    small = called(old.networks["generator"], noise)
    np.testing.assert_allclose(called(new["generator"], noise), doubled(small), atol=1e-6)
    expected = called(old.networks["discriminator"], halved(images))
    np.testing.assert_allclose(called(new["discriminator"], images), expected, rtol=1e-5, atol=1e-6)


def test_at_alpha_1_the_old_path_has_no_effect():
    _, new = grown(1.0)
    inputs = {"generator": normal(3, 5), "discriminator": normal(3, 16, 16, 1)}
    for name, x in inputs.items():
        before = called(new[name], x)
        path = {"generator": "to_images_8", "discriminator": "from_images_8"}[name]
        for weight in new[name].get_layer(path).weights:
            weight.assign(weight.value + 1)
        np.testing.assert_array_equal(called(new[name], x), before)


def test_between_them_it_is_their_mixture():
    noise = normal(3, 5)
    (_, new) = grown(0.0)
    made = {}
    for alpha in (0.0, 0.25, 1.0):
        set_alpha(new["generator"], alpha)
        made[alpha] = called(new["generator"], noise)
    assert np.abs(made[1.0] - made[0.0]).max() > 0.1
    np.testing.assert_allclose(made[0.25], 0.75 * made[0.0] + 0.25 * made[1.0], atol=1e-5)


def test_the_generator_is_what_float64_numpy_computes():
    generator = networks(8)["generator"]
    randomise(generator)
    kernel = {w.path: np.asarray(w, "float64") for w in generator.weights}

    def layer(name):
        return kernel[f"{name}/kernel"], kernel[f"{name}/bias"]

    def normalised(x):
        x = np.where(x > 0, x, 0.2 * x)
        return unit(x)

    weights, bias = layer("grow_4_dense")
    x = normalised((unit(normal(3, 5).astype("float64")) @ weights + bias).reshape(-1, 4, 4, 6))
    x = doubled(normalised(convolve(x, *layer("grow_4_conv"))))
    x = normalised(convolve(x, *layer("grow_8_conv_1")))
    x = normalised(convolve(x, *layer("grow_8_conv_2")))
    expected = convolve(x, *layer("to_images_8"))
    np.testing.assert_allclose(called(generator, normal(3, 5)), expected, atol=1e-5)


def unit(x):
    return x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + 1e-8)


def test_only_the_old_path_has_no_gradient_once_it_has_faded_out():
    old = ("to_images_8", "from_images_8")
    spec = gankit.DataSpec({"images": (16, 16, 1)})
    check_architecture(progressive, spec, without_gradient=old, fade=True, **SMALL)


@pytest.mark.anywhere
def test_widths_belong_to_sizes_and_not_to_stages():
    for size in (8, 16, 32):
        shapes = {w.path: w.shape for w in networks(size)["discriminator"].weights}
        assert shapes["shrink_8_conv_1/kernel"] == (3, 3, 4, 4)
        assert shapes["shrink_8_conv_2/kernel"] == (3, 3, 4, 6)
        assert shapes["shrink_4_conv/kernel"] == (3, 3, 6, 6)


@pytest.mark.parametrize("steps", [0, 4])
def test_alpha_grows_linearly_and_stays_at_1(steps):
    gan = game(LeastSquares(), [FadeIn(steps)], 1e-3, made=networks(8, fade=True))
    layers = [mixture for network in gan.networks.values() for mixture in mixtures(network)]
    assert len(layers) == 2
    for step in range(6):
        expected = min(1, step / 4) if steps else 1
        assert {float(layer.alpha.value) for layer in layers} == {expected}
        gan.train_on_batch({"images": normal(4, 8, 8, 1)})


def test_an_exported_mixture_is_the_same():
    layer, (a, b) = Mixture(), (keras.Input((3,)), keras.Input((3,)))
    layer.build([(None, 3), (None, 3)])
    layer.alpha.assign(0.375)
    found = called(keras.Model([a, b], layer.plain([a, b])), normal(2, 3), normal(2, 3, seed=1))
    expected = 0.625 * normal(2, 3) + 0.375 * normal(2, 3, seed=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.anywhere
@pytest.mark.parametrize("shape", [(4, 4, 1), (10, 20, 1), (36, 36, 1), (8,), (7, 7, 1)])
def test_sizes_that_do_not_fit_are_an_error(shape):
    with pytest.raises(gankit.GankitError, match="4 to 7 pixels wide, doubled"):
        progressive(gankit.DataSpec({"images": shape}))
