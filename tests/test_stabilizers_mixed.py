"""Networks that stabilizers rebuild, in mixed precision."""

import keras
import numpy as np
import pytest
from games import game, networks, play, values
from keras import layers, ops

import gankit
from gankit_standard.losses import Bce
from gankit_standard.stabilizers.features import FeatureMatching
from gankit_standard.stabilizers.minibatch import MinibatchDiscrimination, MinibatchStd
from gankit_standard.stabilizers.network_layers import hidden, rebuilt
from gankit_standard.stabilizers.orthogonal import Orthogonal
from gankit_standard.stabilizers.spectral_norm import SpectralNorm, SpectralNormalization
from gankit_standard.stabilizers.virtual_batch_norm import VirtualBatchNorm

PRECISION = {"mixed_bfloat16": 2**-8, "mixed_float16": 2**-11}  # the spacing of numbers at 1


@pytest.fixture(params=PRECISION)
def policy(request):
    """Make networks in a mixed precision."""
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy("float32")


def array(tensor):
    return ops.convert_to_numpy(ops.cast(ops.stop_gradient(tensor), "float32")).astype("float64")


def noise(shape):
    return np.random.default_rng(7).normal(size=shape).astype("float32")


LAYERS = [
    (lambda: layers.Dense(6, use_bias=False), (9,), (9, 6)),
    (lambda: gankit.layers.Conv2D(6, 3, use_bias=False), (5, 5, 4), (36, 6)),
]


@pytest.mark.parametrize(("make", "shape", "matrix"), LAYERS)
def test_spectral_normalization_divides_by_the_largest_singular_value(policy, make, shape, matrix):
    layer = make()
    inputs = keras.Input(shape)
    plain = keras.Model(inputs, layer(inputs))
    left, right = (np.linalg.qr(noise((size, 6)))[0] for size in matrix)
    kernel = left @ np.diag([3.0, 1.0, 0.9, 0.5, 0.2, 0.1]) @ right.T
    layer.kernel.assign(kernel.reshape(layer.kernel.shape))
    wrapped = SpectralNormalization(layer)
    normalised = keras.Model(inputs, wrapped(inputs))
    x = noise((4, *shape))
    for _ in range(10):
        normalised(x[:1], training=True)
    u = array(wrapped.u)
    assert abs(right[:, 0] @ u) == pytest.approx(1.0, abs=1e-4)
    found, expected = array(normalised(x)), array(plain(x)) / 3.0
    scale = (found * expected).sum() / (expected**2).sum()  # the roundings of outputs cancel
    assert scale == pytest.approx(1.0, abs=PRECISION[policy])
    assert normalised(x).dtype == plain(x).dtype != x.dtype


def test_the_vectors_of_spectral_norm_move_and_all_weights_stay_in_float32(images, policy):
    gan = game(Bce(), [SpectralNorm("both")], learning_rate=0.01)
    held = [v for v in gan.variables if v.name == "u"]
    before = values([*held, *gan.trainable_variables])
    logs = play(gan, images[:16], steps=2)
    after = values([*held, *gan.trainable_variables])
    assert np.isfinite(list(logs.values())).all() and len(held) == 4
    assert all((a != b).any() for a, b in zip(before, after))
    assert {str(x.dtype) for x in after} == {"float32"}


def test_rebuilt_networks_are_the_networks_themselves(policy):
    generator, discriminator = networks(norm=True).values()
    whole, features = hidden(discriminator)
    inside = keras.Model(whole.input, [whole.output, features])
    images = np.tanh(noise((4, 8, 8, 1)))
    logits, flat = inside(images)
    np.testing.assert_array_equal(array(logits), array(discriminator(images)))
    assert flat.shape == (4, 256) and policy.endswith(keras.backend.standardize_dtype(flat.dtype))
    again = rebuilt(generator, lambda layer, *inputs, **options: layer(*inputs, **options))
    z = noise((4, 8))
    np.testing.assert_array_equal(array(again(z)), array(generator(z)))


def test_virtual_batch_norm_is_near_that_of_float32(policy):
    images = []
    for precision in ("float32", policy):
        keras.config.set_dtype_policy(precision)
        generator = VirtualBatchNorm(5).rebuild(gankit.Networks(networks(norm=True)))["generator"]
        for variable in generator.non_trainable_variables:
            variable.assign(np.random.default_rng(8).normal(size=variable.shape))
        images.append(array(generator(noise((4, 8)))))
    np.testing.assert_allclose(images[1], images[0], atol=16 * PRECISION[policy])


def test_all_that_rebuild_play_together(images, policy):
    parts = [VirtualBatchNorm(4), MinibatchStd(), MinibatchDiscrimination(4, 2)]
    parts += [SpectralNorm("both"), FeatureMatching(1e-3), Orthogonal(network="both")]
    gan = game(Bce(), parts, learning_rate=0.01, norm=True)
    before = values(gan.trainable_variables)
    assert np.isfinite(list(play(gan, images[:16], steps=2).values())).all()
    after = values(gan.trainable_variables)
    assert all(np.isfinite(x).all() for x in after)
    assert all((a != b).any() for a, b in zip(before, after))
    logits = gan.networks["discriminator"](np.tanh(noise((4, 8, 8, 1))))
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
