import math

import keras
import numpy as np
import pytest
from keras import ops

import gankit
from gankit_standard.mlp import mlp

PACGAN = {
    "latent": 2,
    "generator_widths": (400,) * 4,
    "discriminator_widths": (200,) * 3,
    "activation": "relu",
    "maxout": 5,
}
POINTS = gankit.DataSpec({"images": (2,)})
DIGITS = gankit.DataSpec({"images": (28, 28, 1), "labels": ()}, 10)


def parameters(weights) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def outputs(network, *arrays):
    inputs = [ops.convert_to_tensor(array) for array in arrays]
    return ops.convert_to_numpy(network(inputs if len(inputs) > 1 else inputs[0]))


def noise(count, latent, seed=0):
    return np.random.default_rng(seed).standard_normal((count, latent)).astype("float32")


@pytest.mark.anywhere
def test_it_has_the_parameters_of_pacgans_toy_networks():
    networks = mlp(POINTS, **PACGAN)
    generator = 2 * 400 + 3 * 400 * 400 + 4 * (4 * 400) + (400 * 2 + 2)  # kernels, norms, output
    assert generator == 488_002
    assert parameters(networks["generator"].weights) == generator
    assert parameters(networks["generator"].non_trainable_weights) == 4 * 2 * 400
    discriminator = (2 * 1000 + 1000) + 2 * (200 * 1000 + 1000) + (200 + 1)
    assert discriminator == 405_201
    assert parameters(networks["discriminator"].weights) == discriminator


@pytest.mark.anywhere
def test_it_has_the_parameters_of_a_hand_count_on_pictures():
    networks = mlp(DIGITS, 100, (256, 512), (512, 256), generator_norm=False)
    generator = (100 * 256 + 256) + (256 * 512 + 512) + (512 * 784 + 784)
    discriminator = (784 * 512 + 512) + (512 * 256 + 256) + (256 + 1)
    assert parameters(networks["generator"].weights) == generator
    assert parameters(networks["discriminator"].weights) == discriminator


def test_a_label_is_joined_to_both_inputs():
    networks = mlp(DIGITS, 100, (256,), (256,), generator_norm=False, conditional=True)
    generator = (110 * 256 + 256) + (256 * 784 + 784)
    discriminator = (784 * 11 * 256 + 256) + (256 + 1)
    assert parameters(networks["generator"].weights) == generator
    assert parameters(networks["discriminator"].weights) == discriminator
    for network in networks.values():
        assert [x.name for x in network.inputs][1] == "labels"
    same = np.repeat(noise(1, 100), 2, axis=0)
    images = outputs(networks["generator"], same, np.array([3, 3], "int32"))
    assert np.array_equal(images[0], images[1])
    images = outputs(networks["generator"], same, np.array([3, 4], "int32"))
    assert not np.allclose(images[0], images[1])


@pytest.mark.anywhere
def test_labels_that_are_not_there_are_an_error():
    with pytest.raises(gankit.GankitError, match="needs labels"):
        mlp(POINTS, conditional=True)


@pytest.mark.anywhere
def test_pictures_are_bounded_and_points_are_not():
    generator = mlp(DIGITS, 8, (4,), (4,))["generator"]
    images = outputs(generator, 1e4 * noise(16, 8))
    assert images.shape == (16, 28, 28, 1) and 0.9 < np.abs(images).max() <= 1
    generator = mlp(POINTS, 8, (4,), (4,))["generator"]
    points = outputs(generator, 1e4 * noise(16, 8))
    assert points.shape == (16, 2) and np.abs(points).max() > 1


@pytest.mark.parametrize("pieces", [2, 5])
def test_maxout_is_the_largest_of_so_many_linear_pieces(pieces):
    discriminator = mlp(POINTS, 2, (4,), (3,), maxout=pieces)["discriminator"]
    points = noise(7, 2)
    kernel, bias, last, end = (
        ops.convert_to_numpy(w).astype("float64") for w in discriminator.get_weights()
    )
    hidden = (points @ kernel + bias).reshape(7, 3, pieces).max(axis=-1)
    np.testing.assert_allclose(outputs(discriminator, points), hidden @ last + end, rtol=1e-4)


@pytest.mark.anywhere
@pytest.mark.parametrize("activation", ["relu", "leaky-relu", "tanh"])
def test_the_activation_is_that_of_its_name(activation):
    discriminator = mlp(POINTS, 2, (4,), (5,), activation)["discriminator"]
    points = noise(7, 2)
    kernel, _, last, _ = (w.astype("float64") for w in discriminator.get_weights())
    x = points @ kernel
    formulas = {"relu": np.maximum(x, 0), "leaky-relu": np.maximum(x, 0.2 * x), "tanh": np.tanh(x)}
    np.testing.assert_allclose(
        outputs(discriminator, points), formulas[activation] @ last, rtol=1e-4, atol=1e-6
    )


@pytest.mark.anywhere
@pytest.mark.parametrize("conditional", [False, True])
def test_outputs_are_float32_in_mixed_precision(conditional):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        networks = mlp(DIGITS, 8, (4,), (4,), conditional=conditional)
    finally:
        keras.config.set_dtype_policy(before)
    labels = [np.array([0, 9], "int32")] * conditional
    images = outputs(networks["generator"], noise(2, 8), *labels)
    assert images.dtype == outputs(networks["discriminator"], images, *labels).dtype == "float32"
