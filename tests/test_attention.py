"""Self-attention against float64 numpy, alone and in `resnet`."""

import keras
import numpy as np
import pytest
from keras import ops
from networks import called, normal, randomise, unmoved

import gankit
from gankit_standard.attention import Gain, self_attention
from gankit_standard.losses import LeastSquares
from gankit_standard.resnet import resnet
from gankit_standard.stabilizers.spectral_norm import SpectralNorm

SMALL = {"latent": 5, "generator_widths": (4, 8), "discriminator_widths": (4, 8)}
DIGITS = gankit.DataSpec({"images": (28, 28, 1)})


def alone(shape=(5, 4, 16)):
    x = keras.Input(shape)
    return keras.Model(x, self_attention(x))


def attended(x, f, g, h, v, gamma):
    """Return x + γ · o, pixel by pixel, as in equations 1 to 3 of SAGAN."""
    pixels = x.reshape(len(x), -1, x.shape[-1])
    f, g, h, v = (kernel[0, 0] for kernel in (f, g, h, v))
    mixed = np.zeros_like(pixels)
    for image, j in np.ndindex(pixels.shape[:2]):
        scores = np.array([(xi @ f) @ (pixels[image, j] @ g) for xi in pixels[image]])
        beta = np.exp(scores) / np.exp(scores).sum()
        mixed[image, j] = sum(b * (xi @ h) for b, xi in zip(beta, pixels[image])) @ v
    return x + gamma * mixed.reshape(x.shape)


def test_it_is_what_float64_numpy_computes():
    network, x = alone(), 2 * normal(3, 5, 4, 16)
    weights = randomise(network)
    expected = attended(x.astype("float64"), *weights["kernel"], *weights["gamma"])
    assert np.abs(expected - x).max() > 0.1
    np.testing.assert_allclose(called(network, x), expected, rtol=1e-5, atol=1e-5)


def test_at_first_it_changes_nothing():
    x = normal(3, 5, 4, 16)
    np.testing.assert_array_equal(called(alone(), x), x)


@pytest.mark.anywhere
def test_its_convolutions_have_an_eighth_of_the_channels():
    shapes = [w.shape for w in alone().weights]
    assert shapes == [(1, 1, 16, 2)] * 3 + [(1, 1, 2, 16), ()]
    assert alone((2, 2, 3)).weights[0].shape == (1, 1, 3, 1)


def test_scores_that_overflow_an_exponential_stay_finite():
    network = alone()
    randomise(network)
    assert np.isfinite(called(network, 1e3 * normal(2, 5, 4, 16))).all()


def test_an_exported_gain_is_the_same():
    layer, x = Gain(), keras.Input((3,))
    layer.build((None, 3))
    layer.gamma.assign(0.375)
    found = called(keras.Model(x, layer.plain(x)), normal(2, 3))
    np.testing.assert_allclose(found, 0.375 * normal(2, 3), rtol=1e-6)


# In resnet


@pytest.mark.anywhere
@pytest.mark.parametrize(("size", "attention"), [(28, 14), (32, 8), (32, 16), (64, 32)])
def test_both_networks_have_it_where_it_is_asked_for(size, attention):
    networks = resnet(gankit.DataSpec({"images": (size, size, 1)}), attention=attention, **SMALL)
    for network in networks.values():
        gains = [layer for layer in network.layers if isinstance(layer, Gain)]
        assert [gain.output.shape[1:3] for gain in gains] == [(attention, attention)]


@pytest.mark.anywhere
def test_at_first_the_networks_are_those_without_it():
    with_it, without = (resnet(DIGITS, attention=size, **SMALL) for size in (14, 0))
    inputs = {"generator": normal(3, 5), "discriminator": normal(3, 28, 28, 1)}
    for name, x in inputs.items():
        randomise(with_it[name])
        for layer in with_it[name].layers:
            if isinstance(layer, Gain):
                layer.gamma.assign(0.0)
        own = {id(w) for layer in with_it[name].layers if is_new(layer) for w in layer.weights}
        without[name].set_weights([w for w in with_it[name].weights if id(w) not in own])
        assert len(own) == 5
        np.testing.assert_allclose(
            called(with_it[name], x), called(without[name], x), rtol=1e-5, atol=1e-6
        )


def is_new(layer):
    return isinstance(layer, Gain) or (
        isinstance(layer, keras.layers.Conv2D)
        and layer.kernel_size == (1, 1)
        and not layer.use_bias
    )


@pytest.mark.anywhere
def test_every_weight_learns_once_the_gain_has_left_0():
    networks = resnet(DIGITS, attention=14, **SMALL)
    for network in networks.values():
        for gain in (layer for layer in network.layers if isinstance(layer, Gain)):
            gain.gamma.assign(1.0)
    batch = {"images": normal(4, 28, 28, 1)}
    assert not unmoved(networks, LeastSquares(), [SpectralNorm()], batch, learning_rate=1e-2)


@pytest.mark.anywhere
def test_outputs_are_float32_in_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = resnet(DIGITS, attention=14, **SMALL)["generator"]
    finally:
        keras.config.set_dtype_policy(before)
    noise = ops.convert_to_tensor(normal(2, 5))
    assert keras.backend.standardize_dtype(network(noise).dtype) == "float32"


@pytest.mark.anywhere
@pytest.mark.parametrize("size", [4, 12, 32])
def test_a_size_that_no_feature_map_has_is_an_error(size):
    with pytest.raises(gankit.GankitError, match=r"attention must be 0 or one of 8, 16"):
        resnet(gankit.DataSpec({"images": (32, 32, 1)}), attention=size)
