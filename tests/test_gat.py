"""The transformers of GAT and their loss against float64 numpy."""

import keras
import numpy as np
import pytest
from games import game
from keras import ops
from networks import called, normal, randomise
from scipy.special import erf, softmax

import gankit
from gankit.game.turn import Round, Turn
from gankit_gat.blocks import LayerScale, Tokens, attention, block, modulated_block
from gankit_gat.losses import Gat, noise_of
from gankit_gat.networks import gat

SPEC = gankit.DataSpec({"images": (8, 8, 2)})
SMALL = {"latent": 5, "width": 8, "blocks": 2, "levels": 2, "patch": 4}
HEADS, TOKENS, WIDTH = 2, 5, 6


def built(make, *shapes):
    """Return a network of symbolic inputs, with random weights."""
    inputs = [keras.Input(shape) for shape in shapes]
    network = keras.Model(inputs, make(*inputs))
    randomise(network)
    return network


def parts(network):
    """Return the dense layers of a network as made, as functions, and its other weights."""
    dense, gains = [], []
    for layer in sorted(network.layers, key=lambda layer: (len(layer.name), layer.name)):
        values = [np.asarray(ops.convert_to_numpy(w), "float64") for w in layer.weights]
        if isinstance(layer, keras.layers.Dense):
            dense.append(values)
        elif values:
            gains += values
    return [lambda x, w=w, b=b: x @ w + b for w, b in dense], gains


def unit(x):
    return x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + 1e-6)


def gelu(x):
    return x * (1 + erf(x / np.sqrt(2))) / 2


def attended(x, query, key, value, last):
    """Return the attention between tokens, head by head."""
    size, heads = WIDTH // HEADS, []
    for head in range(HEADS):
        q, k, v = (f(x)[..., head * size : (head + 1) * size] for f in (query, key, value))
        weights = softmax(unit(q) @ unit(k).transpose(0, 2, 1) / np.sqrt(size), axis=-1)
        heads.append(weights @ v)
    return last(np.concatenate(heads, axis=-1))


def test_attention_is_what_float64_numpy_computes():
    network = built(lambda x: attention(x, HEADS), (TOKENS, WIDTH))
    dense, _ = parts(network)
    x = normal(3, TOKENS, WIDTH)
    expected = attended(x.astype("float64"), *dense)
    np.testing.assert_allclose(called(network, x), expected, rtol=1e-4, atol=1e-4)


def test_a_block_is_what_float64_numpy_computes():
    network = built(lambda x: block(x, HEADS), (TOKENS, WIDTH))
    (*four, narrow, wide), gains = parts(network)
    names = sorted((x.name for x in network.layers if x.weights), key=lambda n: (len(n), n))
    order = [n.split("_")[0] for n in names if not n.startswith("dense")]
    gates = [g for g, kind in zip(gains, order) if kind == "layer"]
    norms = [g for g, kind in zip(gains, order) if kind == "rms"]
    x = normal(3, TOKENS, WIDTH)
    y = x.astype("float64")
    y = y + gates[0] * attended(norms[0] * unit(y), *four)
    y = y + gates[1] * narrow(gelu(wide(norms[1] * unit(y))))
    np.testing.assert_allclose(called(network, x), y, rtol=1e-4, atol=1e-4)


def test_a_modulated_block_is_what_float64_numpy_computes():
    network = built(lambda x, style: modulated_block(x, style, HEADS), (TOKENS, WIDTH), (4,))
    (style, *four, narrow, wide), _ = parts(network)
    x, s = normal(3, TOKENS, WIDTH), normal(3, 4, seed=1)
    gain, gate, other_gain, other_gate = np.split(style(s)[:, None], 4, axis=-1)
    y = x.astype("float64")
    y = y + gate * attended((1 + gain) * unit(y), *four)
    y = y + other_gate * narrow(gelu(wide((1 + other_gain) * unit(y))))
    np.testing.assert_allclose(called(network, x, s), y, rtol=1e-4, atol=1e-3)


@pytest.mark.anywhere
def test_samples_are_the_last_of_the_levels():
    networks = gat(SPEC, **SMALL)
    randomise(networks["levels"])
    levels, last = (called(networks[name], normal(3, 5)) for name in ("levels", "generator"))
    assert levels.shape == (3, 8, 8, 4)
    np.testing.assert_array_equal(levels[..., 2:], last)
    assert np.abs(levels[..., :2] - last).max() > 0.1
    one, other = ({id(w) for w in networks[name].weights} for name in ("levels", "generator"))
    assert one == other


@pytest.mark.anywhere
def test_patches_are_where_their_tokens_are():
    discriminator = gat(SPEC, **SMALL)["discriminator"]
    images = normal(2, 8, 8, 4)
    before = called(discriminator, images)
    images[1, 4:, :4] += 1
    changed = np.abs(called(discriminator, images) - before)[:, 0] > 0
    assert changed.tolist() == [False, True]


def test_the_noise_falls_exponentially_to_nothing():
    found = noise_of(4, 0.125)
    np.testing.assert_allclose(found, [7 / 8, 3 / 4, 1 / 2, 0], atol=1e-12)
    assert noise_of(1, 0.125).tolist() == [0]


def linear():
    """Return linear networks of images (4, 4, 1): two levels, and a discriminator of both."""
    noise, images = keras.Input((3,)), keras.Input((4, 4, 2))
    flat = keras.layers.Dense(32)(noise)
    levels = keras.layers.Reshape((4, 4, 2))(flat)
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(images))
    found = {
        "generator": keras.Model(noise, levels[..., 1:]),
        "levels": keras.Model(noise, levels),
        "discriminator": keras.Model(images, logits),
    }
    for number, network in enumerate(found.values()):
        network.set_weights([0.3 * normal(*w.shape, seed=number) for w in network.weights])
    return found


def test_without_noise_the_losses_equal_their_formulas():
    made, images = linear(), normal(4, 4, 4, 1, seed=9)
    gan = game(Gat(signal=1.0), made=made)
    turns = {
        player: Turn(player, Round(gan, {"images": ops.convert_to_tensor(images)}))
        for player in gan.game.players
    }
    kernel, bias = (w.astype("float64") for w in made["discriminator"].get_weights())
    for player, turn in turns.items():
        loss = float(gan.game(turn))
        fake = called(made["levels"], turn.noise("generator")).reshape(4, -1)
        real = np.concatenate([images, images], axis=-1).reshape(4, -1)
        real, fake = (x @ kernel + bias for x in (real, fake))
        sign = 1 if player == "discriminator" else -1
        expected = np.logaddexp(0, sign * (fake - real)).mean()
        assert loss == pytest.approx(expected, rel=1e-4)


def test_each_level_has_its_noise():
    gan = game(Gat(), made=linear())
    turn = Turn("generator", Round(gan, {"images": ops.zeros((4000, 4, 4, 1))}))
    noisy = Gat(0.125)._noisy(ops.ones((4000, 4, 4, 2)), 2, turn)
    noisy = ops.convert_to_numpy(noisy)
    np.testing.assert_array_equal(noisy[..., 1], 1)
    assert noisy[..., 0].mean() == pytest.approx(0.125, abs=0.02)
    assert noisy[..., 0].std() == pytest.approx(0.875, rel=0.02)


@pytest.mark.parametrize("make", [lambda: Tokens(4), LayerScale])
def test_exported_layers_are_the_same(make):
    layer, x = make(), keras.Input((4, 3))
    y = layer(x)
    for weight in layer.weights:
        weight.assign(normal(*weight.shape))
    found = called(keras.Model(x, layer.plain(x)), normal(2, 4, 3))
    np.testing.assert_allclose(found, called(keras.Model(x, y), normal(2, 4, 3)), rtol=1e-5)


@pytest.mark.anywhere
def test_a_patch_that_does_not_fit_is_an_error():
    with pytest.raises(gankit.GankitError, match="multiples of patch = 3"):
        gat(SPEC, patch=3)
