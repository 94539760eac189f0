"""VAE and VAE-GAN: their losses against closed forms, Monte Carlo and float64 numpy."""

import keras
import numpy as np
import pytest
from games import game, values
from keras import ops
from networks import normal

import gankit
from gankit.game.turn import Round, Turn
from gankit_standard.stabilizers.targets import LabelSmoothing
from gankit_vae.losses import Vae, VaeGan, half_square, kl_from_noise
from gankit_vae.networks import vae

PIXELS, LATENT = 16, 3
IMAGES = 0.5 * normal(4, 4, 4, 1, seed=1)
draw = np.random.default_rng(0)


def linear(log_variance=-20.0):
    """Return linear networks of images (4, 4, 1); the encoder answers a fixed log variance."""
    images, noise = keras.Input((4, 4, 1)), keras.Input((LATENT,))
    flat = keras.layers.Flatten()(images)
    seen = keras.layers.Dense(5, use_bias=False)
    found = {
        "encoder": keras.Model(images, keras.layers.Dense(2 * LATENT)(flat)),
        "generator": keras.Model(
            noise, keras.layers.Reshape((4, 4, 1))(keras.layers.Dense(PIXELS)(noise))
        ),
        "features": keras.Model(images, seen(flat)),
    }
    logits = keras.layers.Dense(1, use_bias=False)(seen(flat))
    found["discriminator"] = keras.Model(images, logits)
    for number, network in enumerate(found.values()):
        network.set_weights([0.3 * normal(*w.shape, seed=number) for w in network.weights])
    kernel, bias = found["encoder"].get_weights()
    kernel[:, LATENT:], bias[LATENT:] = 0, log_variance
    found["encoder"].set_weights([kernel, bias])
    return found


def score(loss, player, images=IMAGES, made=None, stabilizers=()):
    gan = game(loss, stabilizers, made=made or linear())
    return float(loss(Turn(player, Round(gan, {"images": ops.convert_to_tensor(images)}))))


def weights(network):
    return [w.astype("float64") for w in linear()[network].get_weights()]


def restored(images):
    """Return the codes of images and what the generator makes of their means, in float64."""
    kernel, bias = weights("encoder")
    mean = (images.reshape(len(images), -1) @ kernel + bias)[:, :LATENT]
    kernel, bias = weights("generator")
    return mean, (mean @ kernel + bias).reshape(images.shape)


# The evidence lower bound


def test_the_kl_divergence_is_a_monte_carlo_estimate():
    mean, log_variance = draw.normal(size=(2, 4)), draw.normal(size=(2, 4))
    std = np.exp(log_variance / 2)
    z = mean + std * draw.normal(size=(400_000, 2, 4))
    log_q = -0.5 * ((z - mean) / std) ** 2 - np.log(std)
    estimate = (log_q + 0.5 * z**2).sum(axis=2).mean()
    found = kl_from_noise(
        *(ops.convert_to_tensor(x.astype("float32")) for x in (mean, log_variance))
    )
    assert float(found) == pytest.approx(estimate, rel=5e-3)


def test_the_kl_divergence_of_noise_itself_is_0():
    assert float(kl_from_noise(ops.zeros((5, 3)), ops.zeros((5, 3)))) == 0


@pytest.mark.parametrize("beta", [0.0, 0.25, 1.0])
def test_the_bound_equals_its_formula_where_codes_hardly_vary(beta):
    mean, made = restored(IMAGES)
    kl = 0.5 * (mean**2 + np.exp(-20) + 20 - 1).sum(axis=1).mean()
    expected = 0.5 * ((IMAGES - made) ** 2).sum(axis=(1, 2, 3)).mean() + beta * kl
    assert score(Vae(beta), "generator") == pytest.approx(expected, rel=1e-3)


def test_with_the_true_posterior_the_bound_is_the_likelihood():
    rows, columns = 20_000, np.linalg.qr(draw.normal(size=(PIXELS, LATENT)))[0]
    w = columns * (0.5, 1.0, 1.5)  # x = W z + ε, whose posterior has a diagonal covariance
    variance = 1 / (1 + np.square(w).sum(axis=0))
    made = linear()
    mean = np.concatenate([w * variance, np.zeros_like(w)], axis=1)
    made["encoder"].set_weights([mean, np.concatenate([np.zeros(LATENT), np.log(variance)])])
    made["generator"].set_weights([w.T, np.zeros(PIXELS)])
    x = draw.normal(size=PIXELS)
    covariance = w @ w.T + np.eye(PIXELS)
    likelihood = -0.5 * (x @ np.linalg.solve(covariance, x) + np.linalg.slogdet(covariance)[1])
    images = np.broadcast_to(x.reshape(1, 4, 4, 1), (rows, 4, 4, 1)).astype("float32")
    assert score(Vae(), "generator", images, made) == pytest.approx(-likelihood, rel=5e-3)


def test_half_squares_are_summed_over_an_image():
    x = normal(3, 4, 4, 2).astype("float64")
    expected = np.square(x).sum(axis=(1, 2, 3)).mean() / 2
    assert float(half_square(ops.convert_to_tensor(x))) == pytest.approx(expected, rel=1e-5)


# With a discriminator


def test_the_encoder_and_the_generator_compare_features():
    mean, made = restored(IMAGES)
    (kernel,) = weights("features")
    features = [x.reshape(len(x), -1).astype("float64") @ kernel for x in (IMAGES, made)]
    likeness = 0.5 * ((features[0] - features[1]) ** 2).sum(axis=1).mean()
    kl = 0.5 * (mean**2 + np.exp(-20) + 20 - 1).sum(axis=1).mean()
    assert score(VaeGan(), "encoder") == pytest.approx(kl + likeness, rel=1e-3)
    losses = [score(VaeGan(gamma), "generator") for gamma in (0.0, 2.0)]
    assert losses[1] - losses[0] == pytest.approx(2 * likeness, rel=1e-3)


def test_the_discriminator_tells_images_from_restored_and_generated_ones():
    made = linear()
    made["generator"].set_weights([np.zeros((LATENT, PIXELS)), 0.3 * normal(PIXELS)])
    seen, last = weights("discriminator")

    def logits(images):
        return images.reshape(len(images), -1).astype("float64") @ seen @ last

    real = logits(IMAGES)
    fake = logits(np.broadcast_to(0.3 * normal(PIXELS), (4, PIXELS)))  # restored, and generated
    real = 0.9 * np.logaddexp(0, -real) + 0.1 * np.logaddexp(0, real)
    expected = (real.mean() + np.logaddexp(0, fake).mean()) / 2
    found = score(VaeGan(), "discriminator", made=made, stabilizers=[LabelSmoothing(0.1)])
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("simultaneous", [False, True])
@pytest.mark.parametrize("loss", [Vae, VaeGan])
def test_a_turn_moves_only_the_networks_of_its_player(loss, simultaneous):
    for still in loss.players:
        gan = game(loss(), made=linear(-1.0), simultaneous=simultaneous)
        rates = {player: 0.01 * (player != still) for player in loss.players}
        gan.compile({player: keras.optimizers.SGD(rate) for player, rate in rates.items()})
        before = {player: values(gan.trained_by(player)) for player in loss.players}
        gan.train_on_batch({"images": IMAGES})
        for player in loss.players:
            now = values(gan.trained_by(player))
            same = [np.array_equal(old, new) for old, new in zip(before[player], now)]
            assert all(same) if player == still else not any(same)


# The networks


@pytest.mark.anywhere
def test_the_networks_halve_and_double():
    found = vae(gankit.DataSpec({"images": (64, 32, 3)}), latent=7, width=4)
    assert found["encoder"].output.shape == (None, 14)
    assert found["generator"].input.shape == (None, 7)
    assert found["generator"].output.shape == (None, 64, 32, 3)
    assert found["discriminator"].output.shape == (None, 1)
    assert found["features"].output.shape == (None, 8, 4, 16)


@pytest.mark.anywhere
def test_the_discriminator_has_the_layers_of_its_features():
    found = vae(gankit.DataSpec({"images": (16, 16, 1)}), width=4)
    own = {id(w) for w in found["discriminator"].weights}
    assert {id(w) for w in found["features"].weights} < own


@pytest.mark.anywhere
@pytest.mark.parametrize("shape", [(8,), (18, 16, 1), (7, 7, 1)])
def test_sizes_that_do_not_fit_are_an_error(shape):
    with pytest.raises(gankit.GankitError, match="halved to 4 to 7 pixels"):
        vae(gankit.DataSpec({"images": shape}))
