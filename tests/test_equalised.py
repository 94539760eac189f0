"""Kernels that are scaled in their layers: the same networks, other steps."""

import keras
import numpy as np
import pytest
from games import game, networks
from keras import ops
from networks import called, normal

import gankit
from gankit_standard.losses import LeastSquares
from gankit_standard.stabilizers.equalised import (
    EqualisedLearningRate,
    ScaledKernel,
    WidthAwareLearningRate,
)

SCALES = {  # of the kernels of `networks`, by their rows: dense 8, transposed 16 · 16, …
    "equalised": (EqualisedLearningRate, lambda rows: np.sqrt(2 / rows)),
    "width-aware": (lambda: WidthAwareLearningRate(base=64), lambda rows: 64 / rows),
}


@pytest.mark.parametrize("name", SCALES)
def test_at_first_the_networks_compute_the_same(name):
    plain, changed = game(LeastSquares()), game(LeastSquares(), [SCALES[name][0]()])
    inputs = {"generator": normal(3, 8), "discriminator": normal(3, 8, 8, 1)}
    for network, x in inputs.items():
        expected = called(plain.networks[network], x)
        np.testing.assert_allclose(called(changed.networks[network], x), expected, atol=1e-5)


@pytest.mark.parametrize("name", SCALES)
def test_kernels_are_divided_by_their_scale(name):
    make, scale = SCALES[name]
    before = {n: kernels(network) for n, network in networks().items()}
    gan = game(LeastSquares(), [make()])
    for network, old in before.items():
        new = kernels(gan.given[network])
        assert len(old) == len(new) == 2
        for (rows, kernel), (_, divided) in zip(old, new):
            np.testing.assert_allclose(divided * scale(rows), kernel, rtol=1e-5, atol=1e-7)


def kernels(network):
    """Return the inputs of each layer with a kernel, and its kernel."""
    found = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2DTranspose):
            found.append((layer.kernel.shape[0] * layer.kernel.shape[1] * 16, layer.kernel))
        elif isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)):
            found.append((int(np.prod(layer.kernel.shape[:-1])), layer.kernel))
    return [(rows, np.array(ops.convert_to_numpy(kernel))) for rows, kernel in found]


@pytest.mark.parametrize("name", SCALES)
def test_a_step_changes_a_scaled_kernel_by_the_square_of_its_scale(name):
    make, scale = SCALES[name]
    batch = {"images": normal(4, 8, 8, 1)}
    changes = []
    for stabilizers in ([], [make()]):
        gan = game(LeastSquares(), stabilizers, 0.1)
        before = kernels(gan.given["discriminator"])
        gan.train_on_batch(batch)
        after = kernels(gan.given["discriminator"])
        changes.append([(rows, new - old) for (rows, old), (_, new) in zip(before, after)])
    for (rows, plain), (_, scaled) in zip(*changes):
        # in units of the layer's kernel both steps are of size η, times the scale squared
        expected, found = scale(rows) ** 2 * plain, scale(rows) * scaled
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


def test_an_exported_layer_is_the_same():
    x, layer = keras.Input((4,)), keras.layers.Dense(3)
    layer(x)
    wrapped = ScaledKernel(layer, 0.25)
    y = called(keras.Model(x, wrapped(x)), normal(2, 4))
    np.testing.assert_allclose(called(keras.Model(x, wrapped.plain(x)), normal(2, 4)), y, rtol=1e-6)


def test_a_layer_that_networks_share_is_scaled_once():
    noise, layer = keras.Input((8,)), keras.layers.Dense(64)
    images = keras.layers.Reshape((8, 8, 1))(layer(noise))
    made = {
        **networks(),
        "generator": keras.Model(noise, images),
        "twin": keras.Model(noise, 2 * images),
    }
    expected = called(made["twin"], normal(3, 8))
    gan = game(LeastSquares(), [EqualisedLearningRate()], made=made)
    np.testing.assert_allclose(called(gan.networks["twin"], normal(3, 8)), expected, atol=1e-5)
    found = called(gan.networks["generator"], normal(3, 8))
    np.testing.assert_allclose(2 * found, expected, atol=1e-5)


def test_networks_without_kernels_are_an_error():
    images, noise = keras.Input((8, 8, 1)), keras.Input((8,))
    flat = keras.layers.Flatten()(images)
    made = {
        "discriminator": keras.Model(images, flat[:, :1]),
        "generator": keras.Model(noise, keras.layers.Dense(64)(noise)),
    }
    with pytest.raises(gankit.GankitError, match="finds no dense or convolutional layer in the"):
        game(LeastSquares(), [EqualisedLearningRate()], made=made)
