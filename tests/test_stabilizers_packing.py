"""A discriminator of packs, against packs put together by hand."""

import random

import keras
import numpy as np
import pytest
from games import game, networks, play, values
from keras import layers, ops

import gankit
from gankit_standard.losses import Bce, Relativistic
from gankit_standard.mlp import mlp
from gankit_standard.stabilizers.features import FeatureMatching
from gankit_standard.stabilizers.minibatch import MinibatchDiscrimination, MinibatchStd
from gankit_standard.stabilizers.packing import Packing
from gankit_standard.stabilizers.penalties import R1, R2, GradientPenalty
from gankit_standard.stabilizers.spectral_norm import SpectralNorm
from gankit_standard.stabilizers.targets import LabelNoise, LabelSmoothing

POINTS = gankit.DataSpec({"images": (2,)})
SHAPES = {
    "points": ((2,), lambda x: layers.Dense(5)(x)),
    "copies": ((3, 2), lambda x: layers.Dense(5)(x)),
    "images": ((4, 6, 3), lambda x: layers.Flatten()(layers.Conv2D(5, 3)(x))),
    "two layers": ((4, 6, 3), lambda x: sum(layers.Dense(5)(layers.Flatten()(x)) for _ in "ab")),
}


def discriminator(shape, first, last=True):
    inputs = keras.Input(shape)
    x = first(inputs)
    return keras.Model(inputs, layers.Dense(1)(layers.LeakyReLU()(x)) if last else x, name="d")


def packed(network, size):
    return Packing(size).rebuild(gankit.Networks({"discriminator": network}))["discriminator"]


def array(tensor):
    return ops.convert_to_numpy(ops.stop_gradient(tensor)).astype("float64")


def drawn(*shape):
    return np.random.default_rng(5).normal(size=shape).astype("float32")


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("kind", SHAPES)
def test_a_pack_is_judged_as_its_examples_side_by_side(kind, size):
    shape, first = SHAPES[kind]
    judge, examples = packed(discriminator(shape, first), size), drawn(12, *shape)
    packs = [np.concatenate(examples[i : i + size], axis=-1) for i in range(0, 12, size)]
    wide = discriminator((*shape[:-1], size * shape[-1]), first)
    wide.set_weights(judge.get_weights())
    assert judge.input.shape == (None, *shape)
    assert judge(examples).shape == (12 // size, *wide.output.shape[1:])
    np.testing.assert_allclose(array(judge(examples)), array(wide(np.stack(packs))), atol=1e-6)


def test_points_by_numpy():
    judge = packed(discriminator(*SHAPES["points"]), 2)
    for v in judge.weights:
        v.assign(drawn(*v.shape))
    (kernel, bias, readout, offset), x = (array(v) for v in judge.weights), drawn(6, 2)
    hidden = x.astype("float64").reshape(3, 4) @ kernel + bias
    expected = np.where(hidden > 0, hidden, 0.3 * hidden) @ readout + offset
    np.testing.assert_allclose(array(judge(x)), expected, rtol=1e-5, atol=1e-6)


def test_a_pack_of_one_is_the_discriminator_itself():
    found = gankit.Networks(networks())
    assert Packing(1).rebuild(found) is found


def test_the_other_packs_say_nothing_to_a_logit():
    judge, x = packed(discriminator(*SHAPES["images"]), 3), drawn(9, 4, 6, 3)
    gradient = gankit.input_gradient(lambda x: judge(x)[1], ops.convert_to_tensor(x))
    reached = np.abs(array(gradient)).max((1, 2, 3))
    assert (reached[3:6] > 1e-4).all()
    assert not reached[:3].any() and not reached[6:].any()


def test_what_does_not_fill_a_pack_is_left_out():
    judge, x = packed(discriminator(*SHAPES["points"]), 3), drawn(8, 2)
    np.testing.assert_array_equal(array(judge(x)), array(judge(x[:6])))
    assert judge(x).shape == (2, 1)


def test_only_the_first_layers_are_made_anew():
    plain = networks(norm=True)["discriminator"]
    judge = packed(plain, 2)
    old, new = ([layer for layer in network.layers if layer.weights] for network in (plain, judge))
    assert new[1:] == old[1:] and new[0] is not old[0]
    assert new[0].kernel.shape == (4, 4, 2, 16)


def test_the_new_weights_follow_the_seed_of_the_recipe():
    def kernel(seed):
        random.seed(seed)
        found = mlp(POINTS, 3, (8,), (8,))
        return array(Packing(2).rebuild(gankit.Networks(found))["discriminator"].weights[0])

    np.testing.assert_array_equal(kernel(1), kernel(1))
    assert (kernel(1) != kernel(2)).all()


def of_points(loss, *parts):
    """Return a game of small networks for points that is not compiled: soon done."""
    made = mlp(POINTS, 3, (8,), (8,), generator_norm=False)
    gan = game(loss, parts, learning_rate=1e-3, made=made)
    gan.run_eagerly, gan.jit_compile = True, False
    return gan


@pytest.mark.parametrize("loss", [Bce, Relativistic])
def test_targets_accuracies_and_penalties_know_nothing_of_packs(loss):
    others = [LabelNoise(), LabelSmoothing(), R1(0.1), R2(0.1), GradientPenalty(0.1, every=2)]
    logs = play(of_points(loss(), Packing(4), *others), drawn(16, 2), steps=2)
    assert np.isfinite(list(logs.values())).all()
    assert logs.get("d_real_acc", 0.25) * 4 % 1 == 0  # of four packs


def test_other_changes_of_the_layers_come_after():
    others = [SpectralNorm(), MinibatchStd(), MinibatchDiscrimination(4, 2), FeatureMatching()]
    gan = of_points(Bce(), Packing(2), *others)
    assert np.isfinite(list(play(gan, drawn(8, 2), steps=2).values())).all()


def test_the_slope_penalty_is_of_each_example():
    gan, x = of_points(Bce(), Packing(2), R1(2.0)), drawn(8, 2)
    gradient = gankit.input_gradient(gan.networks["discriminator"], ops.convert_to_tensor(x))
    expected = np.square(array(gradient)).sum(1).mean()
    assert play(gan, x)["r1"] == pytest.approx(expected, rel=1e-4)


def test_a_discriminator_that_is_told_labels_cannot_judge_packs():
    conditional = mlp(gankit.DataSpec({"images": (2,)}, classes=3), conditional=True)
    with pytest.raises(gankit.GankitError, match="label") as caught:
        Packing(2).rebuild(gankit.Networks(conditional))
    assert "conditional = false" in str(caught.value)


@pytest.mark.parametrize(
    "first",
    [
        layers.Reshape((24, 3)),
        lambda x: SpectralNorm().rebuild(gankit.Networks({"discriminator": x})),
    ],
)
def test_layers_that_cannot_be_made_anew_are_named(first):
    if isinstance(first, layers.Layer):
        network = discriminator((4, 6, 3), first)
    else:
        network = first(discriminator(*SHAPES["images"]))["discriminator"]
    with pytest.raises(gankit.GankitError, match=r"rebuild .*(reshape|normalised)") as caught:
        packed(network, 2)
    assert "packing first" in str(caught.value)


def test_weights_of_packs_are_trained():
    gan = of_points(Bce(), Packing(2))
    before = values(gan.trained_by("discriminator"))
    play(gan, drawn(8, 2))
    for old, new in zip(before, values(gan.trained_by("discriminator"))):
        assert (old != new).any()
