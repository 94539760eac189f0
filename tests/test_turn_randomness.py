"""What a loss may draw in its turn, and what it may not."""

from typing import ClassVar

import keras
import numpy as np
import pytest
from games import game, networks, play, values
from keras import layers, ops

import gankit
from gankit.testing import check_loss

ROWS = np.zeros((5, 3), "float32")


class Painter(gankit.Loss):
    """One player, whose loss is a function of the turn."""

    players: ClassVar = {"painter": ("generator",)}

    def __init__(self, score):
        self.score = score

    def __call__(self, turn):
        return self.score(turn)


def scaled():
    """Return a generator w · z with w = 2."""
    noise = keras.Input((3,), name="noise")
    scale = layers.Dense(3, use_bias=False, kernel_initializer=keras.initializers.Identity(2.0))
    return {"generator": keras.Model(noise, scale(noise))}


def test_noise_is_what_generate_uses():
    def score(turn):
        noise, made = turn.noise(), turn.generate()
        same = turn.generate("generator", turn.noise("generator"))
        distance = ops.max(ops.abs(made - 2 * noise)) + ops.max(ops.abs(same - made))
        return ops.stop_gradient(distance) + 0.0 * ops.sum(made)

    assert play(game(Painter(score), made=scaled()), ROWS, 2)["p_loss"] == 0.0


def test_noise_has_the_batchs_rows_and_is_standard_normal():
    def score(turn):
        noise = turn.noise()
        assert tuple(noise.shape) == (4096, 3)
        return ops.mean(ops.square(noise)) + 0.0 * ops.sum(turn.generate())

    logs = play(game(Painter(score), made=scaled()), np.zeros((4096, 3), "float32"))
    assert logs["p_loss"] == pytest.approx(1, abs=0.05)


def test_what_a_loss_draws_from_the_turns_seed_repeats():
    def score(turn):
        return ops.mean(keras.random.normal((7,), seed=turn.seed)) + ops.mean(turn.generate())

    first, second = ([play(gan, ROWS) for _ in range(2)] for gan in pair(score))
    assert first == second
    assert first[0] != first[1]


def pair(score):
    """Return two games alike."""
    return [game(Painter(score), made=scaled(), seed=3) for _ in range(2)]


def test_a_draw_from_the_global_seed_is_refused_with_its_place():
    def score(turn):
        return ops.mean(keras.random.normal((7,))) + ops.mean(turn.generate())

    with pytest.raises(gankit.GankitError) as refused:
        play(game(Painter(score), made=scaled()), ROWS)
    line = score.__code__.co_firstlineno + 1
    assert f"test_turn_randomness.py, line {line}, draws from Keras' global seed" in str(refused)
    assert "seed=turn.seed" in refused.value.hint


def test_check_loss_refuses_the_global_seed_too():
    def score(turn):
        noise = keras.random.uniform(ops.shape(turn.noise()))
        return ops.mean(ops.square(turn.generate("generator", noise)))

    with pytest.raises(gankit.GankitError, match="global seed"):
        check_loss(Painter(score), networks)


def test_keras_draws_from_its_global_seed_again_afterwards():
    play(game(Painter(lambda turn: ops.mean(turn.generate())), made=scaled()), ROWS)
    assert values([keras.random.normal((2,))])[0].shape == (2,)
