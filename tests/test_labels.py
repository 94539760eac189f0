"""How networks are told the labels or attributes: beside their input, and by projection."""

import keras
import numpy as np
import pytest
from games import for_few_steps, game, values
from keras import ops

import gankit
from gankit.discovery.plugins import load_plugins
from gankit.recipe.recipe import check_recipe
from gankit_standard.convolutional import convolutional
from gankit_standard.dcgan import dcgan
from gankit_standard.labels import AffineByClass, LabelledInput
from gankit_standard.losses import Wasserstein
from gankit_standard.mlp import mlp
from gankit_standard.r3gan import r3gan
from gankit_standard.resnet import resnet
from gankit_standard.stabilizers.network_layers import hidden
from gankit_standard.stabilizers.spectral_norm import SpectralNorm

CLASSES = 5
SPEC = gankit.DataSpec({"images": (28, 28, 1), "labels": ()}, CLASSES)
ATTRIBUTED = gankit.DataSpec({"images": (28, 28, 1), "attributes": (3,)})
POINTS = gankit.DataSpec({"images": (2,), "labels": ()}, CLASSES)
NARROW = {"generator_widths": (6,), "discriminator_widths": (6,)}
STRIDES = {"generator_strides": (4,), "discriminator_strides": (4,)}
SMALL = {
    "convolutional": (convolutional, NARROW | STRIDES),
    "dcgan": (dcgan, {"width": 6}),
    "mlp": (mlp, NARROW),
    "mlp without norm": (mlp, NARROW | {"generator_norm": False}),
    "r3gan": (r3gan, {"widths": (6,), "blocks": 1}),
    "resnet": (resnet, NARROW),
    "resnet without norm": (resnet, NARROW | {"generator_norm": False}),
}
IMAGES_AND_POINTS = ("dcgan", "mlp")  # what conditions them is the same in the others
ON_EACH = [
    name if name in IMAGES_AND_POINTS else pytest.param(name, marks=pytest.mark.anywhere)
    for name in SMALL
]
random = np.random.default_rng(0)


def small(architecture, conditional="projection", spec=SPEC):
    """Return the networks of an architecture, narrow, of 3 numbers of noise."""
    function, options = SMALL[architecture]
    return function(spec, latent=3, conditional=conditional, **options)


@pytest.mark.parametrize("conditional", [True, "projection"])
@pytest.mark.parametrize("architecture", ON_EACH)
def test_each_class_is_told_and_learns_by_itself(architecture, conditional):
    networks = small(architecture, conditional)
    assert_told(networks)
    before = {name: rows_of_classes(network) for name, network in networks.items()}
    gan = for_few_steps(game(Wasserstein(), made=networks, learning_rate=1e-2))
    labels = np.array([1, 4, 4, 1], "int32")
    gan.train_on_batch({"images": draw(4, 28, 28, 1), "labels": labels})
    for name, network in networks.items():
        assert before[name] or conditional is True
        for old, new in zip(before[name], rows_of_classes(network)):
            moved = np.abs(new - old).reshape(CLASSES, -1).max(axis=1) > 0
            assert moved.tolist() == [False, True, False, False, True]


def test_points_have_labels_too():
    networks = small("mlp", spec=POINTS)
    points = draw(3, 2)
    same = [np.zeros((3, 3), "float32"), np.arange(3, dtype="int32")]
    assert tuple(networks["generator"](same).shape) == (3, 2)
    assert tuple(networks["discriminator"]([points, same[1]]).shape) == (3, 1)


@pytest.mark.parametrize("shape", [(6,), (2, 3, 6)])
def test_batch_normalisation_by_class_is_that_of_numpy(shape):
    noise = LabelledInput(keras.Input(shape), SPEC, "projection")
    network = keras.Model(noise.inputs, noise.normalise(noise.join()))
    affine = network.layers[-1]
    assert isinstance(affine, AffineByClass)
    x, labels = 3 * draw(8, *shape) + 1, random.integers(0, CLASSES, 8).astype("int32")
    np.testing.assert_allclose(
        called(network, x, labels, training=True), normalised(x), rtol=1e-4, atol=1e-5
    )
    gamma, beta = random.normal(size=(2, CLASSES, 6))
    affine.gamma.assign(gamma)
    affine.beta.assign(beta)
    middle = (8, *(1,) * (len(shape) - 1), 6)
    expected = gamma[labels].reshape(middle) * normalised(x) + beta[labels].reshape(middle)
    np.testing.assert_allclose(
        called(network, x, labels, training=True), expected, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("shape", [(6,), (2, 3, 6)])
def test_projection_is_that_of_numpy(shape):
    images = LabelledInput(keras.Input(shape), SPEC, "projection")
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(images.join()))
    network = images.discriminator(logits, images.join())
    x, labels = draw(8, *shape), random.integers(0, CLASSES, 8).astype("int32")
    kernels = {tuple(w.shape): w for w in network.weights if w.name == "kernel"}
    size = int(np.prod(shape))
    embeddings, kernel = (
        ops.convert_to_numpy(kernels[key]).astype("float64") for key in ((CLASSES, size), (size, 1))
    )
    features = x.reshape(8, -1).astype("float64")
    expected = features @ kernel[:, 0] + np.sum(embeddings[labels] * features, axis=1)
    np.testing.assert_allclose(called(network, x, labels)[:, 0], expected, rtol=1e-4, atol=1e-5)


def test_all_pixels_of_an_image_are_told_its_label():
    images = LabelledInput(keras.Input((5, 6, 2)), SPEC, True)
    joined = keras.Model(images.inputs, images.join())
    x = draw(2, 5, 6, 2)
    out = called(joined, x, np.array([2, 0], "int32"))
    np.testing.assert_array_equal(out[..., :2], x)
    assert (out[0, :, :, 2:] == [0, 0, 1, 0, 0]).all()
    assert (out[1, :, :, 2:] == [1, 0, 0, 0, 0]).all()


def test_an_embedding_of_the_size_of_the_noise_is_beside_it():
    noise = LabelledInput(keras.Input((400,)), SPEC, "projection")
    network = keras.Model(noise.inputs, noise.join_embedded())
    x, labels = draw(3, 400), np.array([4, 0, 4], "int32")
    out = called(network, x, labels)
    np.testing.assert_array_equal(out[:, :400], x)
    (embeddings,) = network.get_weights()
    np.testing.assert_allclose(out[:, 400:], embeddings[labels], rtol=1e-6)
    assert embeddings.std() == pytest.approx(1, abs=0.1)


@pytest.mark.anywhere
@pytest.mark.parametrize("architecture", SMALL)
def test_stabilizers_see_the_features_that_the_logits_are_of(architecture):
    plain, told = (small(architecture, c)["discriminator"] for c in (False, "projection"))
    assert hidden(told)[1].shape == hidden(plain)[1].shape
    normalised = SpectralNorm().rebuild(gankit.Networks({"discriminator": told}))["discriminator"]
    names = [w.name for w in normalised.weights]
    assert names.count("u") == names.count("kernel")  # the embedding is normalised too


@pytest.mark.anywhere
@pytest.mark.parametrize("conditional", [True, "projection"])
@pytest.mark.parametrize("architecture", SMALL)
def test_labels_that_are_not_there_are_an_error(architecture, conditional):
    expected = "conditional = true" if conditional is True else 'conditional = "projection"'
    with pytest.raises(gankit.GankitError, match=f"{expected} needs labels"):
        small(architecture, conditional, gankit.DataSpec({"images": (28, 28, 1)}))


@pytest.mark.parametrize("architecture", ON_EACH)
def test_each_column_of_the_attributes_changes_images_and_logits(architecture):
    networks = small(architecture, "attributes", ATTRIBUTED)
    rows = np.array([[0, 0, 0], [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], "float32")
    noise, images = np.repeat(draw(1, 3), 5, axis=0), np.repeat(draw(1, 28, 28, 1), 5, axis=0)
    for name, x in (("generator", noise), ("discriminator", images)):
        if name == "generator" and architecture == "r3gan":  # its blocks start as the identity
            shake_all(networks[name])
        first, again, *others = called(networks[name], x, rows)
        np.testing.assert_allclose(first, again, rtol=1e-5, atol=1e-6)
        assert min(np.abs(other - first).max() for other in others) > 1e-4


def test_attributes_of_numpy():
    images = LabelledInput(keras.Input((2, 3, 2)), ATTRIBUTED, "attributes")
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(images.join()))
    network = images.discriminator(logits, images.join())
    x, rows = draw(8, 2, 3, 2), draw(8, 3)
    everywhere = np.broadcast_to(rows[:, None, None], (8, 2, 3, 3))
    features = np.concatenate([x, everywhere], axis=-1).reshape(8, -1).astype("float64")
    kernels = [w for w in network.weights if w.name == "kernel"]
    by_shape = {tuple(w.shape): ops.convert_to_numpy(w).astype("float64") for w in kernels}
    fit = np.sum((rows @ by_shape[3, 30]) * features, axis=1)
    expected = features @ by_shape[30, 1][:, 0] + fit
    np.testing.assert_allclose(called(network, x, rows)[:, 0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.anywhere
@pytest.mark.parametrize("shapes", [{}, {"attributes": ()}, {"attributes": (4, 4)}])
def test_attributes_that_are_not_there_are_an_error(shapes):
    spec = gankit.DataSpec({"images": (28, 28, 1), **shapes})
    with pytest.raises(gankit.GankitError, match="needs an array `attributes` with a row") as told:
        small("dcgan", "attributes", spec)
    assert "images (28, 28, 1)" in str(told.value)


@pytest.mark.anywhere
@pytest.mark.parametrize("conditional", ["projector", 1, "true"])
def test_a_recipe_names_one_of_four_ways(conditional):
    table = {
        "dataset": {"name": "mnist"},
        "architecture": {"name": "dcgan", "conditional": conditional},
        "loss": {"name": "bce"},
    }
    with pytest.raises(
        gankit.GankitError, match="valid boolean, or should be 'projection' or 'attributes'"
    ):
        check_recipe(table, load_plugins(), "a recipe")
    for each in (False, True, "projection", "attributes"):
        table["architecture"]["conditional"] = each
        filled = check_recipe(table, load_plugins(), "a recipe").filled
        assert filled["architecture"]["conditional"] == each


# References


def assert_told(networks):
    """Assert that images and logits are of one's label, and only of it."""
    noise = np.repeat(draw(1, 3), 3, axis=0)
    labels = np.array([1, 1, 4], "int32")
    for network, x in ((networks["generator"], noise), (networks["discriminator"], None)):
        x = np.repeat(draw(1, 28, 28, 1), 3, axis=0) if x is None else x
        shaken(network)
        first, second, third = called(network, x, labels)
        np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-6)
        assert np.abs(first - third).max() > 1e-3


def shaken(network):
    """Move all rows that classes have, so that none is like another."""
    for w in class_weights(network):
        w.assign(ops.convert_to_numpy(w) + random.normal(size=w.shape).astype("float32"))


def shake_all(network):
    for w in network.trainable_weights:
        w.assign(ops.convert_to_numpy(w) + random.normal(0, 0.1, w.shape).astype("float32"))


def class_weights(network):
    return [w for w in network.trainable_weights if w.shape[0] == CLASSES and len(w.shape) == 2]


def rows_of_classes(network):
    return values(class_weights(network))


def called(network, x, labels, **options):
    inputs = [ops.convert_to_tensor(each) for each in (x, labels)]
    return ops.convert_to_numpy(network(inputs, **options))


def normalised(x):
    x = x.astype("float64")
    axes = tuple(range(x.ndim - 1))
    return (x - x.mean(axes)) / np.sqrt(x.var(axes) + 1e-3)


def draw(*shape):
    return random.standard_normal(shape).astype("float32")
