"""Penalties against float64 numpy, and when they are added."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from games import game, play, values
from keras import ops

import gankit
from gankit_standard.losses import Bce, Wasserstein
from gankit_standard.stabilizers.penalties import R1, R2, Dragan, GradientPenalty, Lecam


def critic():
    """Return D(x) = tanh(x W₁) w₂ of 6 numbers as a model and its float64 weights."""
    draw = np.random.default_rng(5)
    weights = [draw.normal(size=(6, 5)), draw.normal(size=(5, 1))]
    dense = [keras.layers.Dense(5, "tanh", use_bias=False), keras.layers.Dense(1, use_bias=False)]
    model = keras.Sequential([keras.Input((6,)), *dense])
    model.set_weights(weights)
    return model, weights


def slopes(weights, x, step=1e-5):
    """Return ‖∇D(x)‖² by central differences, (batch,)."""

    def judge(x):
        return (np.tanh(x @ weights[0]) @ weights[1])[:, 0]

    nudges = step * np.eye(x.shape[1])
    return sum(((judge(x + d) - judge(x - d)) / (2 * step)) ** 2 for d in nudges)


def judged():
    """Return a turn of a discriminator that judged real and fake points, and its float64 data."""
    model, weights = critic()
    real, fake = np.random.default_rng(6).normal(size=(2, 7, 6))
    points = [ops.convert_to_tensor(x.astype("float32")) for x in (real, fake)]
    judgment = gankit.Judgment(model, *points, lambda targets: targets)
    turn = SimpleNamespace(
        player="discriminator", judgments=[judgment], lazily=lambda every, penalty: penalty()
    )
    return turn, weights, real, fake


def scalar(tensor):
    return float(ops.stop_gradient(tensor))


def test_r1_and_r2_equal_half_gamma_times_the_mean_squared_slope():
    turn, weights, real, fake = judged()
    for penalty, x in ((R1(3.0), real), (R2(3.0), fake)):
        assert scalar(penalty.penalty(turn)) == pytest.approx(1.5 * slopes(weights, x).mean(), 1e-5)


def test_r1_moves_the_weights_by_its_gradient(monkeypatch):
    model, weights = critic()
    real = np.random.default_rng(6).normal(size=(7, 6)).astype("float32")
    gan = game(
        Wasserstein(),
        [R1(3.0)],
        learning_rate=1.0,
        made={"discriminator": model, "generator": generator()},
    )
    plain = game(
        Wasserstein(),
        learning_rate=1.0,
        made={"discriminator": critic()[0], "generator": generator()},
    )
    for each in (gan, plain):
        play(each, real)
    pairs = zip(values(plain.trained_by("discriminator")), values(gan.trained_by("discriminator")))
    for index, (without, with_) in enumerate(pairs):
        expected = np.zeros_like(weights[index])
        for at in np.ndindex(expected.shape):
            for sign in (1, -1):
                nudged = [w.copy() for w in weights]
                nudged[index][at] += sign * 1e-3
                expected[at] += sign * 1.5 * slopes(nudged, real.astype("float64")).mean() / 2e-3
        np.testing.assert_allclose(without - with_, expected, rtol=2e-3, atol=2e-3)


def generator():
    """Return a generator of 6 numbers that makes the same of equal noise."""
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(6, kernel_initializer="ones")])


def test_dragan_looks_around_real_images(monkeypatch):
    turn, weights, real, _ = judged()
    noise = np.random.default_rng(8).normal(size=real.shape)
    monkeypatch.setattr(
        keras.random,
        "normal",
        lambda *shape, **kind: ops.convert_to_tensor(noise.astype("float32")),
    )
    penalty = Dragan(2.0, spread=0.7)
    penalty.seed = None
    around = slopes(weights, real + 0.7 * real.std() * noise)
    expected = 2 * np.mean((np.sqrt(around) - 1) ** 2)
    assert scalar(penalty.penalty(turn)) == pytest.approx(expected, rel=1e-4)


def test_lecam_draws_logits_to_the_mean_of_the_other_side():
    penalty = Lecam(0.5, decay=0.6)
    penalty.prepare(SimpleNamespace(steps=keras.Variable(0, dtype="int32", trainable=False)))
    logits = np.random.default_rng(9).normal(size=(6, 2, 8, 1))
    means = np.zeros(2)
    for step, (real, fake) in enumerate(logits):
        penalty.steps.assign(step)
        judgment = SimpleNamespace(
            real=ops.convert_to_tensor(real.astype("float32")),
            fake=ops.convert_to_tensor(fake.astype("float32")),
        )
        turn = SimpleNamespace(
            player="discriminator", judgments=[judgment], lazily=lambda every, penalty: penalty()
        )
        means += max(0.4, 1 / (step + 1)) * (np.array([real.mean(), fake.mean()]) - means)
        expected = 0.5 * (((real - means[1]) ** 2).mean() + ((fake - means[0]) ** 2).mean())
        assert scalar(penalty.penalty(turn)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", [GradientPenalty, Dragan, R1, R2])
def test_a_lazy_penalty_is_added_every_few_steps_and_as_many_times_as_strong(images, kind):
    now, later = (game(Bce(), [kind(2.0, every=every)], learning_rate=0.0) for every in (1, 3))
    (name,) = play(now, images).keys() - play(game(Bce()), images).keys()
    found = [each(later, images, name) for _ in range(4)]
    gan = game(Bce(), [kind(2.0)], learning_rate=0.0)
    first = each(gan, images, name)
    assert found[0] == pytest.approx(3 * first, rel=1e-4) and first > 0
    assert found[1] == found[2] == 0.0
    assert found[3] > 0


def each(gan, images, name):
    """Return a scalar of one step alone."""
    gan.reset_metrics()
    return play(gan, images)[name]


def test_a_lazy_penalty_keeps_the_state_that_it_moves(images):
    lazy = game(Bce(), [GradientPenalty(every=2)], learning_rate=0.0, norm=True)
    seed, norm = lazy.seed.state, lazy.networks["discriminator"].non_trainable_variables[0]
    moved = []
    for _ in range(2):
        before = values([seed, norm])
        play(lazy, images)
        moved.append([np.abs(b - a) for a, b in zip(before, values([seed, norm]))])
    assert moved[0][0].max() > moved[1][0].max() > 0
    assert moved[0][1].max() > 0
