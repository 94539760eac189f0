"""Games whose networks share layers: each weight is trained once, and averaged once."""

from typing import ClassVar

import keras
import numpy as np
from games import game, play, values
from keras import layers, ops

import gankit
from gankit.run.checkpoint import Checkpoints, Place
from gankit.testing import check_loss
from gankit_standard.stabilizers.updates import Ema

ROWS = np.random.default_rng(0).standard_normal((6, 3)).astype("float32")
RATE = 0.1


class Both(gankit.Loss):
    """E[f(x)²] + E[g(x)] for two networks of one player."""

    players: ClassVar = {"painter": ("one", "two")}

    def __call__(self, turn):
        x = turn.batch["images"]
        return ops.mean(ops.square(turn.generate("one", x))) + ops.mean(turn.generate("two", x))


class Relay(gankit.Loss):
    """Two players, each of whom trains a half of the generator."""

    players: ClassVar = {"first": ("first",), "second": ("second",)}

    def __call__(self, turn):
        return ops.mean(ops.square(turn.generate() - 1.0))


def shared():
    """Return x · w and 3 · (x · w) with one kernel w."""
    x, kernel = keras.Input((3,)), layers.Dense(1, use_bias=False)
    found = {"one": keras.Model(x, kernel(x)), "two": keras.Model(x, 3.0 * kernel(x))}
    kernel.kernel.assign([[0.5], [-1.0], [2.0]])
    return found


def halves():
    """Return a generator that is one network after another."""
    noise, hidden = keras.Input((3,), name="noise"), keras.Input((2,))
    first = keras.Model(noise, layers.Dense(2, use_bias=False)(noise), name="first")
    second = keras.Model(hidden, layers.Dense(3, use_bias=False)(hidden), name="second")
    draw = np.random.default_rng(1)
    for network in (first, second):
        network.set_weights([draw.standard_normal(w.shape) for w in network.get_weights()])
    whole = keras.Model(noise, second(first(noise)), name="generator")
    return {"first": first, "second": second, "generator": whole}


def test_a_shared_kernel_takes_one_step_by_the_sum_of_its_gradients():
    gan = game(Both(), learning_rate=RATE, made=shared())
    (kernel,) = gan.trained_by("painter")
    w, x = values([kernel])[0].astype("float64"), ROWS.astype("float64")
    gradient = 2 * (x * (x @ w)).mean(axis=0) + 3 * x.mean(axis=0)
    play(gan, ROWS)
    np.testing.assert_allclose(values([kernel])[0][:, 0], w[:, 0] - RATE * gradient, atol=1e-6)


def test_a_game_with_shared_layers_is_saved_and_restored(tmp_path):
    gan, other = (game(Both(), learning_rate=RATE, made=shared()) for _ in range(2))
    play(gan, ROWS, 2)
    Checkpoints(tmp_path).save(gan, Place())
    Checkpoints(tmp_path).newest().restore(other)
    for each in (gan, other):
        play(each, ROWS)
    np.testing.assert_array_equal(*(values(each.trained_by("painter")) for each in (gan, other)))


def test_the_halves_of_a_generator_each_learn_on_their_own_players_turn():
    check_loss(Relay(), halves, {"images": ROWS})


def test_a_generator_made_of_others_samples_their_averaged_weights():
    gan = game(Relay(), [Ema(0.75, warm_up=False)], RATE, made=halves())
    halved = [gan.networks[name].trainable_variables[0] for name in ("first", "second")]
    expected = [w.astype("float64") for w in values(halved)]
    for _ in range(3):
        play(gan, ROWS)
        expected = [0.75 * e + 0.25 * w for e, w in zip(expected, values(halved))]
    assert not np.allclose(expected[0], values(halved)[0], atol=1e-3)
    sampled = ops.convert_to_numpy(gan.sample(ROWS))
    np.testing.assert_allclose(sampled, ROWS @ expected[0] @ expected[1], atol=1e-5)
    assert set(gan.averages) == {"first", "second", "generator"}
    np.testing.assert_allclose(values(gan.averages["second"])[0], expected[1], atol=1e-5)
