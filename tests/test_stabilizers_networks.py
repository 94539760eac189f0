"""Networks that stabilizers rebuild, against float64 numpy."""

import keras
import numpy as np
import pytest
from games import game, networks, play, values
from keras import layers, ops

import gankit
from gankit_standard.losses import Bce
from gankit_standard.stabilizers.features import FeatureMatching
from gankit_standard.stabilizers.minibatch import (
    Deviation,
    MinibatchDiscrimination,
    MinibatchStd,
    Similarities,
)
from gankit_standard.stabilizers.network_layers import KernelWrapper
from gankit_standard.stabilizers.spectral_norm import SpectralNorm, SpectralNormalization
from gankit_standard.stabilizers.updates import Ema

BUILT = [
    (layers.Dense(5), (7,), lambda kernel: kernel),
    (layers.Conv2D(6, 3), (8, 8, 4), lambda kernel: kernel.reshape(-1, 6)),
    (gankit.layers.Conv2D(6, 4, strides=2), (8, 8, 4), lambda kernel: kernel.reshape(-1, 6)),
    (
        gankit.layers.Conv2DTranspose(6, 4, strides=2, padding="same"),
        (4, 4, 3),
        lambda kernel: kernel.transpose(0, 1, 3, 2).reshape(-1, 6),
    ),
]


def array(tensor):
    return ops.convert_to_numpy(ops.stop_gradient(tensor)).astype("float64")


@pytest.mark.parametrize(("layer", "shape", "matrix"), BUILT, ids=lambda x: type(x).__name__)
def test_spectral_normalization_divides_by_the_largest_singular_value(layer, shape, matrix):
    x = np.random.default_rng(1).normal(size=(2, *shape)).astype("float32")
    bias = np.random.default_rng(2).normal(size=layer(x).shape[-1])
    layer.bias.assign(bias)
    wrapped = SpectralNormalization(layer)
    for _ in range(300):
        wrapped(x[:1], training=True)
    once, again = (array(wrapped(x, training=False)) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    largest = np.linalg.svd(matrix(array(layer.kernel)), compute_uv=False)[0]
    np.testing.assert_allclose(once, (array(layer(x)) - bias) / largest + bias, atol=1e-4)


def test_no_gradient_goes_through_the_power_iteration():
    dense = layers.Dense(3, use_bias=False)
    dense.build((None, 4))
    wrapped = SpectralNormalization(dense)
    x, kernel, u = np.eye(4), array(dense.kernel), array(wrapped.u)
    unit = [v / np.linalg.norm(v) for v in (kernel @ u, kernel.T @ (kernel @ u))]
    sigma = unit[0] @ kernel @ unit[1]
    weights = np.random.default_rng(3).normal(size=(4, 3))
    outer = np.outer(*unit)
    expected = weights / sigma - (weights * kernel).sum() / sigma**2 * outer

    class Weighted(gankit.Loss):
        players = {"discriminator": ("discriminator",)}  # noqa: RUF012

        def __call__(self, turn):
            seen = turn.look(turn.networks["discriminator"], turn.batch["images"])
            return ops.sum(seen * ops.convert_to_tensor(weights.astype("float32")))

    inputs = keras.Input((4,))
    model = keras.Model(inputs, wrapped(inputs))
    gan = gankit.GAN({"discriminator": model}, Weighted())
    gan.compile({"discriminator": keras.optimizers.SGD(1.0)})
    gan.train_on_batch({"images": x.astype("float32")})
    np.testing.assert_allclose(kernel - array(dense.kernel), expected, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(array(wrapped.u), unit[1], atol=1e-5)


def test_spectral_norm_keeps_the_weights_and_adds_only_u(images):
    plain = networks(norm=True)
    rebuilt = SpectralNorm("both").rebuild(gankit.Networks(plain))
    for name, network in rebuilt.items():
        assert [id(v) for v in network.trainable_variables] == [
            id(v) for v in plain[name].trainable_variables
        ]
        extra = {id(v) for v in network.variables} - {id(v) for v in plain[name].variables}
        assert len(extra) == 2  # a dense layer and a convolution
    gan = game(Bce(), [SpectralNorm("both"), Ema(0.5)], norm=True)
    held = {v.path: v for v in gan.variables if v.path.endswith("/u")}
    before = values(held.values())
    logs = play(gan, images, steps=2)
    assert len(held) == 4 and np.isfinite(list(logs.values())).all()
    assert all((a != b).any() for a, b in zip(before, values(held.values())))
    assert np.isfinite(array(gan.sample(np.ones((2, 8), "float32")))).all()


def test_networks_are_wrapped_without_tracing_a_call(monkeypatch):
    def call(self, inputs, training=False):
        raise AssertionError("building a network need not call its layers")

    monkeypatch.setattr(KernelWrapper, "call", call)
    plain = networks(norm=True)
    wrapped = SpectralNorm("both").rebuild(gankit.Networks(plain))
    for name, network in wrapped.items():
        assert network is not plain[name]
        assert network.output.shape == plain[name].output.shape
        assert network.output.dtype == plain[name].output.dtype


def test_spectral_norm_needs_a_kernel():
    inputs = keras.Input((4,))
    bare = keras.Model(inputs, layers.ReLU()(inputs), name="discriminator")
    with pytest.raises(gankit.GankitError, match="spectral-norm finds no dense or conv"):
        SpectralNorm().rebuild(gankit.Networks({"discriminator": bare}))


def test_spectral_norm_wraps_a_shared_layer_once_for_all_that_share_it():
    """`features` has no logits of its own: the discriminator's are its rows times a kernel."""
    images = keras.Input((4,))
    features = keras.Model(images, layers.Dense(3, use_bias=False)(images), name="features")
    last = layers.Dense(1, use_bias=False)
    judging = keras.Model(images, last(features.output), name="discriminator")
    made = gankit.Networks({"discriminator": judging, "features": features})
    found = SpectralNorm().rebuild(made)
    shared = {id(w) for w in found["features"].weights}
    assert len(shared) == 2 and shared < {id(w) for w in found["discriminator"].weights}
    x = np.random.default_rng(1).normal(size=(5, 4)).astype("float32")
    kernel = array(last.kernel)  # one column: its largest singular value is its length
    logits = array(found["features"](x)) @ kernel / np.linalg.norm(kernel)
    np.testing.assert_allclose(array(found["discriminator"](x)), logits, rtol=1e-4, atol=1e-6)
    assert (array(found["features"](x)) != array(features(x))).all()


def test_minibatch_discrimination_equals_the_sums_of_the_paper():
    layer = Similarities(3, 2)
    features = 0.3 * np.random.default_rng(1).normal(size=(5, 4))
    layer(features.astype("float32"))
    m = (features @ array(layer.tensor)).reshape(5, 3, 2)
    expected = np.zeros((5, 3))
    for i in range(5):
        for j in range(5):
            for b in range(3):
                expected[i, b] += np.exp(-np.abs(m[i, b] - m[j, b]).sum())
    found = layer.statistics(ops.convert_to_tensor(features.astype("float32")))
    np.testing.assert_allclose(array(found), expected, rtol=1e-5)


def test_minibatch_deviation_is_one_number_a_batch():
    features = np.random.default_rng(1).normal(size=(5, 4))
    found = Deviation(1).statistics(ops.convert_to_tensor(features.astype("float32")))
    np.testing.assert_allclose(array(found), np.full((5, 1), features.std(0).mean()), rtol=1e-5)


@pytest.mark.parametrize("kind", [MinibatchDiscrimination, MinibatchStd])
def test_what_looks_at_the_batch_begins_at_zero_and_learns(images, kind):
    scaled = images[:6] / np.float32(127.5) - 1
    plain = networks()
    rebuilt = kind().rebuild(gankit.Networks(plain))["discriminator"]
    np.testing.assert_array_equal(array(rebuilt(scaled)), array(plain["discriminator"](scaled)))
    gan = game(Bce(), [kind()])
    readout = next(v for v in gan.trained_by("discriminator") if v.name == "readout")
    play(gan, images)
    assert np.abs(array(readout)).max() > 0
    judge = gan.networks["discriminator"]
    alone, together = judge(scaled[:1]), judge(scaled)[:1]
    assert abs(array(alone) - array(together)).max() > 1e-6


@pytest.mark.parametrize("layer", ["", "flatten"])
def test_feature_matching_equals_the_distance_of_means(images, layer):
    keras.utils.clear_session()  # names of layers count up
    matching = FeatureMatching(0.7, layer)
    gan = game(Bce(), [matching], learning_rate=0.0)
    scaled = images / np.float32(127.5) - 1
    fake = array(gan.networks["generator"](noise_of_the_second_turn(gan.seed)))
    found = play(gan, images)["feature_matching"]
    convolution = gan.networks["discriminator"].layers[1]

    def features(x):
        y = array(convolution(x.astype("float32"))).reshape(64, -1)
        return np.where(y > 0, y, 0.3 * y).mean(0)

    expected = 0.7 * ((features(scaled) - features(fake)) ** 2).sum()
    assert found == pytest.approx(expected, rel=1e-4)


def noise_of_the_second_turn(seed):
    """Return what the generator will be given on its own turn; the seed stays where it is."""
    copy = keras.random.SeedGenerator(0)
    copy.state.assign(seed.state.value)
    copy.next()
    return keras.random.normal((64, 8), seed=copy)


def test_feature_matching_names_the_layers_there_are():
    with pytest.raises(gankit.GankitError, match=r"no hidden layer 'conv9'. Allowed: .*flatten"):
        game(Bce(), [FeatureMatching(layer="conv9")])


def test_rebuilt_networks_may_be_rebuilt_and_looked_into(images):
    parts = [MinibatchStd(), MinibatchDiscrimination(4, 2), SpectralNorm(), FeatureMatching()]
    for order in (parts, parts[::-1]):
        gan = game(Bce(), order, learning_rate=0.01)
        assert np.isfinite(list(play(gan, images, steps=2).values())).all()
        assert len([v for v in gan.trained_by("discriminator") if v.name == "readout"]) == 2
