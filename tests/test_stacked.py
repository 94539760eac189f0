"""Stacked GAN: its losses against float64 numpy, who moves in each stage, and the whole stack."""

import keras
import numpy as np
import pytest
from games import game, values
from keras import ops
from networks import called, normal, randomise
from scipy.special import log_softmax

import gankit
from gankit.game.gan import GAN
from gankit.game.turn import Round, Turn
from gankit_stacked.losses import StackedEncoder, StackedGan
from gankit_stacked.networks import stacked_gan
from gankit_standard.stabilizers.targets import LabelSmoothing

SHAPE, PIXELS, FEATURES, LATENT, CLASSES, COUNT = (4, 4, 1), 16, 5, 3, 4, 6
IMAGES, LABELS = normal(COUNT, *SHAPE, seed=1), np.arange(COUNT, dtype="int32") % CLASSES
SIZES = {
    "e_0": (PIXELS, FEATURES),
    "e_1": (FEATURES, CLASSES),
    "g_1": (LATENT + CLASSES, FEATURES),
    "g_0": (LATENT + FEATURES, PIXELS),
    "d_1": (FEATURES, 1),
    "d_0": (PIXELS, 1),
    "q_1": (FEATURES, LATENT),
    "q_0": (PIXELS, LATENT),
}
SPEC = gankit.DataSpec({"images": (8, 8, 1), "labels": ()}, CLASSES)
SMALL = {"latent": LATENT, "features": FEATURES, "width": 4}
LEVELS = [(1,), (0,), (1, 0)]


def linear():
    """Return linear networks without biases, with fixed weights."""
    noise, features = keras.Input((LATENT,)), keras.Input((FEATURES,), name="features")
    images, labels = keras.Input(SHAPE), keras.Input((), dtype="int32", name="labels")
    flat = keras.layers.Flatten()(images)
    given = {
        "g_1": ([noise, labels], ops.concatenate([noise, ops.one_hot(labels, CLASSES)], axis=1)),
        "g_0": ([noise, features], ops.concatenate([noise, features], axis=1)),
    }
    found = {}
    for number, (name, (_, size)) in enumerate(SIZES.items()):
        inputs, x = given.get(name, (features, features) if name[2] == "1" else (images, flat))
        x = keras.layers.Dense(size, use_bias=False)(x)
        x = keras.layers.Reshape(SHAPE)(x) if name == "g_0" else x
        found[name] = keras.Model(inputs, x)
        found[name].set_weights([0.3 * normal(*SIZES[name], seed=number)])
    return found


def turn_of(loss, player, made=None, stabilizers=()):
    gan = game(loss, stabilizers, made=made or linear())
    batch = {"images": ops.convert_to_tensor(IMAGES), "labels": ops.convert_to_tensor(LABELS)}
    return Turn(player, Round(gan, batch))


def expected(levels, noises):
    """Return the three losses of the generators, and that of the discriminators, in float64."""
    kernels = {k: n.get_weights()[0].astype("float64") for k, n in linear().items()}
    real = IMAGES.reshape(COUNT, PIXELS).astype("float64")
    real = {0: real, 1: real @ kernels["e_0"]}
    one_hot = np.eye(CLASSES)[LABELS]
    made = {1: np.concatenate([noises[1], one_hot], axis=1) @ kernels["g_1"]}
    above = made[1] if 1 in levels else real[1]
    made[0] = np.concatenate([noises[0], above], axis=1) @ kernels["g_0"]
    unlike = {
        1: -(one_hot * log_softmax(made[1] @ kernels["e_1"], axis=1)).sum(axis=1).mean(),
        0: np.square(made[0] @ kernels["e_0"] - above).mean(),
    }
    adversarial = conditional = entropy = discriminated = 0.0
    for level in levels:
        logits, seen = made[level] @ kernels[f"d_{level}"], real[level] @ kernels[f"d_{level}"]
        adversarial += np.logaddexp(0, -logits).mean()
        conditional += unlike[level]
        entropy += np.square(made[level] @ kernels[f"q_{level}"] - noises[level]).mean()
        smooth = 0.9 * np.logaddexp(0, -seen) + 0.1 * np.logaddexp(0, seen)
        discriminated += (smooth.mean() + np.logaddexp(0, logits).mean()) / 2
    return adversarial, conditional, entropy, discriminated


@pytest.mark.parametrize("weights", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 2.0, 3.0)])
@pytest.mark.parametrize("levels", LEVELS)
def test_the_losses_equal_their_formulas(levels, weights):
    loss = StackedGan(levels, *weights)
    for player in loss.players:
        turn = turn_of(loss, player, stabilizers=[LabelSmoothing(0.1)])
        found = float(loss(turn))
        noises = [ops.convert_to_numpy(turn.noise(f"g_{n}")).astype("float64") for n in (0, 1)]
        *terms, discriminated = expected(levels, noises)
        value = np.dot(weights, terms)
        if player == "discriminator":
            value = weights[0] * discriminated + weights[2] * terms[2]
        assert found == pytest.approx(value, rel=1e-4, abs=1e-6)


def test_the_encoder_learns_the_cross_entropy_of_the_labels():
    kernels = [linear()[name].get_weights()[0].astype("float64") for name in ("e_0", "e_1")]
    logits = IMAGES.reshape(COUNT, PIXELS) @ kernels[0] @ kernels[1]
    value = -log_softmax(logits, axis=1)[np.arange(COUNT), LABELS].mean()
    loss = StackedEncoder()
    assert float(loss(turn_of(loss, "encoder"))) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("level", [0, 1])
def test_the_entropy_loss_is_0_if_the_noise_is_recovered_and_its_power_if_not(level):
    loss, made = StackedGan((level,), 0.0, 0.0, 1.0), linear()
    kernel = made[f"g_{level}"].get_weights()[0]
    made[f"q_{level}"].set_weights([np.linalg.pinv(kernel)[:, :LATENT]])
    if level == 1:  # its five features hold three numbers of noise, and no label besides
        kernel[LATENT:] = 0
        made["g_1"].set_weights([kernel])
        made["q_1"].set_weights([np.linalg.pinv(kernel)[:, :LATENT]])
    assert float(loss(turn_of(loss, "generator", made))) == pytest.approx(0, abs=1e-9)
    made[f"q_{level}"].set_weights([np.zeros(SIZES[f"q_{level}"])])
    turn = turn_of(loss, "generator", made)
    noise = ops.convert_to_numpy(turn.noise(f"g_{level}"))
    assert float(loss(turn)) == pytest.approx(np.square(noise).mean(), rel=1e-5)


def test_the_conditional_loss_is_0_if_the_encoder_recovers_the_features():
    loss, made = StackedGan((0,), 0.0, 1.0, 0.0), linear()
    inverse = np.linalg.pinv(made["e_0"].get_weights()[0])
    made["g_0"].set_weights([np.concatenate([np.zeros((LATENT, PIXELS)), inverse])])
    assert float(loss(turn_of(loss, "generator", made))) == pytest.approx(0, abs=1e-9)


# The stages


@pytest.mark.parametrize("simultaneous", [False, True])
@pytest.mark.parametrize("levels", [None, *LEVELS])
def test_a_stage_moves_only_its_own_networks(levels, simultaneous):
    loss = StackedEncoder() if levels is None else StackedGan(levels)
    gan = game(loss, made=stacked_gan(SPEC, **SMALL), simultaneous=simultaneous)
    letters = "dqg" if levels else "e"
    own = {f"{letter}_{level}" for letter in letters for level in levels or (0, 1)}
    assert {name for names in loss.players.values() for name in names} == own
    before = {name: values(network.weights) for name, network in gan.networks.items()}
    gan.train_on_batch({"images": normal(8, 8, 8, 1), "labels": np.arange(8) % CLASSES})
    for name, old in before.items():
        same = [np.array_equal(x, y) for x, y in zip(old, values(gan.networks[name].weights))]
        assert not any(same) if name in own else all(same) or name == "generator", name


def test_together_the_images_also_train_the_generator_of_features():
    loss, made = StackedGan((1, 0)), linear()
    for name in ("d_1", "q_1", "e_1"):  # which then tell it nothing
        made[name].set_weights([np.zeros(SIZES[name])])
    gan = game(loss, made=made)
    gan.compile(
        {"discriminator": keras.optimizers.SGD(0.0), "generator": keras.optimizers.SGD(1.0)}
    )
    gan.train_on_batch({"images": IMAGES, "labels": LABELS})
    moved = gan.networks["g_1"].get_weights()[0] - linear()["g_1"].get_weights()[0]
    assert (np.abs(moved) > 0).all()


def test_together_the_features_that_images_should_have_are_constant():
    loss, made = StackedGan((1, 0), 0.0, 1.0, 0.0), linear()
    made["e_1"].set_weights([np.zeros(SIZES["e_1"])])
    kernel = made["g_0"].get_weights()[0]
    kernel[LATENT:] = 0  # the images do not depend on the features, only their distance does
    made["g_0"].set_weights([kernel])
    gan = game(loss, made=made)
    gan.compile({name: keras.optimizers.SGD(1.0) for name in loss.players})
    gan.train_on_batch({"images": IMAGES, "labels": LABELS})
    np.testing.assert_array_equal(
        gan.networks["g_1"].get_weights()[0], linear()["g_1"].get_weights()[0]
    )
    assert not np.array_equal(gan.networks["g_0"].get_weights()[0], kernel)


def test_the_next_stage_starts_from_all_weights():
    old = game(StackedEncoder(), made=stacked_gan(SPEC, **SMALL))
    for number, network in enumerate(old.networks.values()):
        randomise(network, number)
    new = GAN(stacked_gan(SPEC, **SMALL), StackedGan((1,)), previous=old)
    for name, network in new.networks.items():
        for now, before in zip(values(network.weights), values(old.networks[name].weights)):
            np.testing.assert_array_equal(now, before)


# The networks


def test_samples_are_of_both_generators_one_after_the_other():
    made = stacked_gan(SPEC, **SMALL)
    for number, name in enumerate(("g_1", "g_0")):
        randomise(made[name], number)
    noise, labels = normal(COUNT, 2 * LATENT), LABELS
    features = called(made["g_1"], noise[:, :LATENT], labels)
    assert features.std(axis=0).mean() > 0.1
    images = called(made["g_0"], noise[:, LATENT:], features)
    np.testing.assert_allclose(called(made["generator"], noise, labels), images, atol=1e-6)
    gan = game(StackedGan(), made=made)
    np.testing.assert_allclose(ops.convert_to_numpy(gan.sample(noise, labels)), images, atol=1e-6)


def test_the_discriminators_share_all_layers_but_the_last_with_what_recovers_the_noise():
    made = stacked_gan(SPEC, **SMALL)
    for level in (0, 1):
        judging, recovering = (made[f"{letter}_{level}"].layers for letter in "dq")
        assert judging[:-1] == recovering[:-1] and judging[-1] is not recovering[-1]
        assert recovering[-1].output.shape == (None, LATENT)
    assert made["e_0"].output.shape == (None, FEATURES)
    assert made["e_1"].output.shape == (None, CLASSES)


def test_features_have_rms_1():
    made = stacked_gan(SPEC, **SMALL)
    for number, name in enumerate(("e_0", "g_1")):
        randomise(made[name], number)
    images = normal(COUNT, 8, 8, 1)
    for features in (called(made["e_0"], images), called(made["g_1"], IMAGES[:, 0, :3, 0], LABELS)):
        np.testing.assert_allclose(np.sqrt(np.square(features).mean(axis=1)), 1, rtol=1e-5)


@pytest.mark.parametrize("shape", [(8,), (18, 16, 1), (7, 7, 1)])
def test_sizes_that_do_not_fit_are_an_error(shape):
    with pytest.raises(gankit.GankitError, match="halved to 4 to 7 pixels"):
        stacked_gan(gankit.DataSpec({"images": shape, "labels": ()}, 2))


def test_data_without_labels_is_an_error():
    with pytest.raises(gankit.GankitError, match="needs labels"):
        stacked_gan(gankit.DataSpec({"images": (8, 8, 1)}))
