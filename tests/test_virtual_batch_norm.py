"""Virtual batch normalisation against float64 numpy."""

import keras
import numpy as np
import pytest
from games import game, networks, play, values
from keras import layers, ops

import gankit
from gankit_standard.losses import Bce
from gankit_standard.stabilizers.spectral_norm import SpectralNorm
from gankit_standard.stabilizers.updates import Ema
from gankit_standard.stabilizers.virtual_batch_norm import (
    VirtualBatchNorm,
    VirtualBatchNormalization,
)

REFERENCE = 5


def array(tensor):
    return ops.convert_to_numpy(ops.stop_gradient(tensor)).astype("float64")


def virtual(networks, *options, **named):
    """Return the generator of networks as the stabilizer rebuilds it."""
    part = VirtualBatchNorm(*options, **named)
    return part.rebuild(gankit.Networks(networks))["generator"]


def noise(count, seed=4):
    return np.random.default_rng(seed).normal(size=(count, 8)).astype("float32")


def normalised(x, gamma, beta, epsilon):
    """Return rows normalised one by one: each with the reference batch, that by itself."""
    axes = tuple(range(x.ndim - 1))
    fixed = x[:REFERENCE]
    rows = []
    for i, row in enumerate(x):
        group = fixed if i < REFERENCE else np.concatenate([fixed, row[None]])
        rows.append((row - group.mean(axes)) / np.sqrt(group.var(axes) + epsilon))
    return gamma * np.array(rows) + beta


@pytest.mark.parametrize("shape", [(6,), (4, 4, 3)])
@pytest.mark.parametrize("kind", [layers.BatchNormalization, gankit.layers.BatchNormalization])
def test_each_row_is_normalised_with_the_reference_batch(kind, shape):
    draw = np.random.default_rng(2)
    x = draw.normal(2.0, 3.0, size=(REFERENCE + 3, *shape))
    x[-1] *= 5  # far away from the reference batch
    norm = kind(epsilon=1e-3)
    norm.build((None, *shape))
    gamma, beta = draw.normal(size=(2, shape[-1]))
    norm.gamma.assign(gamma)
    norm.beta.assign(beta)
    layer = VirtualBatchNormalization(norm, REFERENCE)
    found = array(layer(x.astype("float32")))
    np.testing.assert_allclose(found, normalised(x, gamma, beta, 1e-3), rtol=1e-4, atol=1e-5)


def test_channels_may_come_first_and_a_norm_have_no_weights():
    x = np.random.default_rng(2).normal(size=(REFERENCE + 2, 3, 4, 4))
    norm = layers.BatchNormalization(axis=1, center=False, scale=False)
    norm.build(x.shape)
    found = array(VirtualBatchNormalization(norm, REFERENCE)(x.astype("float32")))
    expected = normalised(x.transpose(0, 2, 3, 1), 1.0, 0.0, norm.epsilon).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_a_generator_equals_its_layers_in_numpy():
    plain = networks(norm=True)["generator"]
    rebuilt = virtual({"generator": plain}, REFERENCE)
    (fixed,) = (v for v in rebuilt.non_trainable_variables if v.name == "reference")
    dense, norm = plain.layers[1], plain.layers[3]
    z = noise(4)
    x = np.concatenate([array(fixed.value), z]) @ array(dense.kernel) + array(dense.bias)
    x = normalised(x.reshape(-1, 4, 4, 16), array(norm.gamma), array(norm.beta), norm.epsilon)
    x = np.where(x > 0, x, 0.3 * x)[REFERENCE:]
    expected = np.tanh(array(plain.layers[5](x.astype("float32"))))
    np.testing.assert_allclose(array(rebuilt(z)), expected, atol=1e-5)
    assert array(fixed.value).std() == pytest.approx(1.0, abs=0.4)


def test_an_image_depends_on_its_own_noise_alone_in_training_and_out_of_it():
    generator = virtual(networks(norm=True), REFERENCE)
    z = noise(6)
    together = array(generator(z, training=True))
    z[2] = 10.0
    changed = array(generator(z, training=True))
    others = [0, 1, 3, 4, 5]
    np.testing.assert_array_equal(together[others], changed[others])
    assert np.abs(together[2] - changed[2]).max() > 0.1
    np.testing.assert_array_equal(array(generator(z, training=False)), changed)
    np.testing.assert_allclose(array(generator(z[:1])), changed[:1], atol=1e-6)


def test_it_keeps_the_weights_and_adds_only_the_reference_batch():
    plain = networks(norm=True)
    rebuilt = VirtualBatchNorm(REFERENCE).rebuild(gankit.Networks(plain))
    weights, kept = rebuilt["generator"].variables, plain["generator"].trainable_variables
    assert [id(v) for v in rebuilt["generator"].trainable_variables] == [id(v) for v in kept]
    assert [v.shape for v in weights if not v.trainable] == [(REFERENCE, 8)]
    assert rebuilt["discriminator"] is plain["discriminator"]


def test_it_learns_and_leaves_the_reference_batch(images):
    gan = game(Bce(), [VirtualBatchNorm(REFERENCE), SpectralNorm("both"), Ema(0.5)], norm=True)
    generator = gan.networks["generator"]
    before, fixed = (values(group) for group in split(generator))
    logs = play(gan, images, steps=2)
    after, still = (values(group) for group in split(generator))
    assert np.isfinite(list(logs.values())).all()
    assert all((a != b).any() for a, b in zip(before, after))
    np.testing.assert_array_equal(fixed[0], still[0])
    z = noise(3)
    np.testing.assert_allclose(array(gan.sample(z))[:1], array(gan.sample(z[:1])), atol=1e-6)


def split(network):
    """Return what is trained of a network, and its reference batch."""
    fixed = [v for v in network.non_trainable_variables if v.name == "reference"]
    return network.trainable_variables, fixed


def conditional(embedding=False):
    """Return a generator 8 → (8, 8, 1) that takes labels of three classes."""
    z, labels = keras.Input((8,)), keras.Input((), dtype="int32")
    known = layers.Embedding(3, 4)(labels) if embedding else ops.one_hot(labels, 3)
    x = layers.Dense(64)(layers.Concatenate()([z, known]))
    x = layers.Reshape((8, 8, 1))(gankit.layers.BatchNormalization()(x))
    return keras.Model([z, labels], x, name="generator")


@pytest.mark.parametrize("embedding", [False, True])
def test_the_reference_batch_of_a_conditional_generator_has_all_classes(embedding):
    generator = virtual({"generator": conditional(embedding)}, 7)
    (labels,) = (v for v in generator.non_trainable_variables if v.shape == (7,))
    assert array(labels.value).tolist() == [0, 1, 2, 0, 1, 2, 0]
    z, some = noise(4), np.array([2, 0, 1, 1])
    images = array(generator([z, some]))
    np.testing.assert_allclose(array(generator([z[1:], some[1:]])), images[1:], atol=1e-6)
    assert np.abs(array(generator([z, 2 - some])) - images).max() > 0.01


def test_a_generator_that_does_not_tell_its_classes_is_told_of():
    z, labels = keras.Input((8,)), keras.Input(())
    x = layers.Concatenate()([z, layers.Reshape((1,))(labels)])
    x = layers.Dense(4)(layers.BatchNormalization()(x))
    silent = {"generator": keras.Model([z, labels], x, name="generator")}
    with pytest.raises(gankit.GankitError, match="cannot find the number of classes"):
        virtual(silent, 4)
    told = virtual(silent, 4, classes=2)
    assert [0, 1, 0, 1] in [array(v.value).tolist() for v in told.non_trainable_variables]


def test_it_needs_a_batch_normalisation():
    with pytest.raises(gankit.GankitError, match="finds no batch normalisation"):
        virtual(networks())
