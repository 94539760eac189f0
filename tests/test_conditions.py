"""Inputs by name: what networks take after the first input, in training and in sampling."""

from typing import ClassVar

import keras
import numpy as np
import pytest
from games import game, play, values
from keras import layers, ops

import gankit
from gankit.data.row_selection import places
from gankit.game.loss import Loss
from gankit.game.sampling import conditions_of, draw, noise

DRAW = np.random.default_rng(0)
ATTRIBUTES = DRAW.integers(0, 2, (12, 2)).astype("float32")
ROWS = {
    "images": DRAW.standard_normal((12, 3)).astype("float32"),
    "attributes": ATTRIBUTES,
    "labels": np.arange(12, dtype="int32") % 3,
}
DATA = gankit.Dataset(ROWS, ("a", "b", "c"), columns={"attributes": ("smiling", "bald")})
PAIRED = np.float32([[1.0], [2.0]])


class Painter(Loss):
    """One player, whose loss is a function of the turn."""

    players: ClassVar = {"painter": ("generator",)}

    def __init__(self, score):
        self.score = score

    def __call__(self, turn):
        return self.score(turn)


def conditional(*names):
    """Return a generator of noise (3) and inputs by name, which it returns beside a weight."""
    taken = {
        "attributes": ((2,), "float32"),
        "labels": ((1,), "float32"),
        "code": ((1,), "float32"),
    }
    x = [keras.Input((3,), name="noise")]
    x += [keras.Input(taken[name][0], dtype=taken[name][1], name=name) for name in names]
    weight = layers.Dense(1, use_bias=False)(x[0])
    beside = [layers.Identity()(each) for each in x[1:]]
    return {"generator": keras.Model(x, layers.Concatenate()([weight, *beside]))}


def seen(turn, made):
    """Return a loss that is the distance of what a network was given, and trains it by nothing."""
    return ops.stop_gradient(made) + 0.0 * ops.mean(turn.generate())


def test_inputs_come_from_the_batch_by_their_names():
    def score(turn):
        made = turn.generate()[:, 1:]
        return seen(turn, ops.max(ops.abs(made - turn.batch["attributes"])))

    assert play(game(Painter(score), made=conditional("attributes")), ROWS)["p_loss"] == 0.0


def test_given_inputs_replace_those_of_the_batch():
    def score(turn):
        other = 5.0 + turn.batch["attributes"]
        made = turn.generate("generator", given={"attributes": other})[:, 1:]
        looked = turn.look(turn.networks["generator"], turn.noise(), {"attributes": other})
        return seen(turn, ops.max(ops.abs(made - other)) + ops.max(ops.abs(looked[:, 1:] - other)))

    assert play(game(Painter(score), made=conditional("attributes")), ROWS)["p_loss"] == 0.0


def test_a_pair_has_one_for_the_real_and_one_for_the_generated_images():
    def score(turn):
        x = turn.batch["images"]
        code = ops.ones((12, 1)), ops.zeros((12, 1))
        judgment = turn.judge("generator", x, x, given={"code": code})
        real, fake = judgment.real[:, 1], judgment.fake[:, 1]
        at = judgment.judge_of("fake")(x)[:, 1]
        wrong = ops.max(ops.abs(real - 1.0)) + ops.max(ops.abs(fake)) + ops.max(ops.abs(at))
        return ops.stop_gradient(wrong) + 0.0 * ops.mean(judgment.real)

    assert play(game(Painter(score), made=conditional("code")), ROWS)["p_loss"] == 0.0


def refusal(score, made):
    with pytest.raises(gankit.GankitError) as refused:
        play(game(Painter(score), made=made), ROWS)
    return str(refused.value)


@pytest.mark.anywhere
def test_errors_name_the_input_and_what_there_is():
    told = refusal(lambda turn: ops.mean(turn.generate()), conditional("code"))
    assert "the generator has the input 'code', but there is no array of this name" in told
    assert "attributes, images, labels" in told
    given = {"colour": PAIRED}
    told = refusal(
        lambda turn: ops.mean(turn.generate("generator", given=given)), conditional("attributes")
    )
    assert "the generator has no input 'colour'" in told
    told = refusal(
        lambda turn: ops.mean(turn.generate("generator", [turn.noise(), PAIRED])), conditional()
    )
    assert "received 2 tensors" in told


def two_heads():
    x, shared = keras.Input((3,)), layers.Dense(4)
    heads = [layers.Dense(1)(shared(x)), layers.Dense(2)(shared(x))]
    return {"generator": keras.Model(x, heads)}


def test_a_network_with_several_outputs_returns_all_and_a_judgment_refuses_it():
    def score(turn):
        logit, features = turn.generate("generator", turn.batch["images"])
        looked = turn.look(turn.networks["generator"], turn.batch["images"])
        assert [tuple(y.shape) for y in (logit, features, *looked)] == [(12, 1), (12, 2)] * 2
        return ops.mean(ops.square(logit)) + ops.mean(features)

    gan = game(Painter(score), made=two_heads())
    before = values(gan.trained_by("painter"))
    play(gan, ROWS)
    moved = [not np.array_equal(*pair) for pair in zip(before, values(gan.trained_by("painter")))]
    assert all(moved)
    x = ROWS["images"]
    told = refusal(lambda turn: turn.judge("generator", x, x).real, two_heads())
    assert "the generator has 2 outputs" in told and "turn.look" in told


# Sampling


def test_samples_take_rows_of_the_data_the_same_for_every_count():
    gan = game(Painter(lambda turn: 0.0), made=conditional("attributes"))
    few, many = (conditions_of(gan, DATA, count, seed=4)["attributes"] for count in (5, 50))
    np.testing.assert_array_equal(few, many[:5])
    assert {tuple(row) for row in many} <= {tuple(row) for row in ATTRIBUTES}
    assert len({tuple(row) for row in many}) > 1
    sampled = draw(gan, noise(gan, 5, 0), {"attributes": few})
    np.testing.assert_array_equal(sampled[:, 1:], few)


def test_labels_beside_other_inputs_are_of_the_same_rows():
    gan = game(Painter(lambda turn: 0.0), made=conditional("attributes", "labels"))
    found = conditions_of(gan, DATA, 40, seed=1)
    rows = {(*map(float, a), int(b)) for a, b in zip(ATTRIBUTES, ROWS["labels"])}
    assert {(*map(float, a), int(b)) for a, b in zip(found["attributes"], found["labels"])} <= rows


def test_labels_alone_are_each_class_in_turn():
    gan = game(Painter(lambda turn: 0.0), made=conditional("labels"))
    assert conditions_of(gan, DATA, 5, seed=1)["labels"].tolist() == [0, 1, 2, 0, 1]


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"attributes.smiling": "1"}, ATTRIBUTES[:, 0] == 1),
        ({"attributes.1": 0, "labels": "b"}, (ATTRIBUTES[:, 1] == 0) & (ROWS["labels"] == 1)),
        ({"labels": "2"}, ROWS["labels"] == 2),
        ({}, np.ones(12, bool)),
    ],
)
def test_where_finds_the_examples(where, expected):
    np.testing.assert_array_equal(places(DATA, where), np.flatnonzero(expected))


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"attributes.smilin": 1}, 'no column "smilin". Did you mean "smiling"?'),
        ({"attributes": 1}, "Allowed: smiling, bald"),
        ({"faces": 1}, "the data has no array 'faces'"),
        ({"labels": "d"}, "Allowed: a, b, c"),
        ({"attributes.bald": 7}, "no example has attributes.bald=7"),
    ],
)
def test_where_says_what_there_is(where, told):
    with pytest.raises(gankit.GankitError) as refused:
        places(DATA, where)
    assert told in str(refused.value)


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (ATTRIBUTES, r"Received: float32 \(12, 2\)"),
        (np.zeros((12, 1), int), r"\(12, 1\)"),
        (np.arange(12) - 1, "labels from -1 to 10"),
    ],
)
def test_a_dataset_refuses_labels_that_are_not_an_index_each(labels, told):
    with pytest.raises(gankit.GankitError, match=told):
        gankit.Dataset({"images": ROWS["images"], "labels": labels}, tuple("abcdefghijkl"))


@pytest.mark.anywhere
def test_a_dataset_refuses_columns_without_a_name():
    with pytest.raises(gankit.GankitError, match="columns names 1 columns of attributes"):
        gankit.Dataset(ROWS, ("a", "b", "c"), columns={"attributes": ("smiling",)})
