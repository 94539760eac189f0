"""Games played as one are the games that each would have been alone."""

import keras
import numpy as np
import pytest
from games import values
from keras import ops

import gankit
from gankit.bench.ensemble import together
from gankit.game.gan import GAN
from gankit_standard.losses import Bce, Relativistic
from gankit_standard.mlp import mlp
from gankit_standard.stabilizers.penalties import R1, R2
from gankit_standard.stabilizers.updates import Ema

POINTS = gankit.DataSpec({"images": (2,)})
COPIES, ROWS = 3, 4


def networks(copies=0, **options):
    made = mlp(POINTS, 5, (8, 8), (6, 6), **options)
    return {name: together(n, copies) for name, n in made.items()} if copies else made


def game(made, loss, stabilizers, learning_rate):
    gan = GAN(made, loss, stabilizers)
    gan.compile({player: keras.optimizers.SGD(learning_rate) for player in loss.players})
    return gan


@pytest.mark.parametrize(
    ("loss", "stabilizers", "options"),
    [
        (Bce, (), {"activation": "relu", "maxout": 3}),
        (Relativistic, (R1, R2, Ema), {"generator_norm": False}),
    ],
)
def test_the_step_of_a_copy_is_that_of_its_game(monkeypatch, loss, stabilizers, options):
    keras.utils.set_random_seed(0)
    draw = np.random.default_rng(0)
    noise = draw.standard_normal((COPIES, ROWS, 5)).astype("float32")
    points = draw.standard_normal((COPIES, ROWS, 2)).astype("float32")
    drawn = []  # what the game that is traced draws
    monkeypatch.setattr(keras.random, "normal", lambda *a, **k: ops.convert_to_tensor(drawn[-1]))
    joint = networks(COPIES, **options)
    singles = [networks(**options) for _ in range(COPIES)]
    for name, network in joint.items():
        weights = zip(*(single[name].get_weights() for single in singles))
        network.set_weights(
            [np.stack(w).reshape(v.shape) for w, v in zip(weights, network.weights, strict=True)]
        )
    drawn.append(noise.reshape(-1, 5))
    gan = game(joint, loss(), [part() for part in stabilizers], COPIES * 0.1)
    gan.train_on_batch({"images": points.reshape(-1, 2)})
    for copy, single in enumerate(singles):
        before = [w.copy() for n in single.values() for w in n.get_weights()]
        drawn.append(noise[copy])
        alone = game(single, loss(), [part() for part in stabilizers], 0.1)
        alone.train_on_batch({"images": points[copy]})
        after = [w for network in single.values() for w in network.get_weights()]
        found = [w[copy] for network in joint.values() for w in network.get_weights()]
        assert max(np.abs(a - b).max() for a, b in zip(after, before)) > 1e-3
        for a, b in zip(found, after, strict=True):
            np.testing.assert_allclose(a.reshape(b.shape), b, atol=1e-5)
        averages = (values(g.averages.get("generator", ())) for g in (gan, alone))
        for a, b in zip(*averages, strict=True):
            np.testing.assert_allclose(a[copy].reshape(b.shape), b, atol=1e-5)


def test_each_copy_begins_as_a_network_of_its_own_would():
    kernels = together(mlp(POINTS, 50, (200,), (6,))["generator"], 4).weights[0]
    kernels = ops.convert_to_numpy(kernels)
    assert kernels.shape == (4, 50, 200)
    for kernel in kernels:
        np.testing.assert_allclose(kernel.var(), 2 / (50 + 200), rtol=0.05)  # Glorot's
    assert abs(np.corrcoef(kernels.reshape(4, -1)) - np.eye(4)).max() < 0.05


def test_rows_of_another_copy_change_nothing():
    made = networks(COPIES)
    draw = np.random.default_rng(0)
    for name, width in (("discriminator", 2), ("generator", 5)):
        rows = draw.standard_normal((COPIES * ROWS, width)).astype("float32")
        other = np.concatenate([rows[:ROWS], rows[: -ROWS - 1 : -1], rows[ROWS:-ROWS]])
        a, b = (ops.convert_to_numpy(made[name](x, training=True)) for x in (rows, other))
        np.testing.assert_allclose(a[:ROWS], b[:ROWS], atol=1e-6)
        assert np.abs(a[ROWS:] - b[ROWS:]).max() > 1e-3
