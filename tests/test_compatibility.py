"""Parts that do not fit each other: `gankit check` says so, and is silent where they fit."""

import keras
import numpy as np
import pytest
from games import game, networks
from recipe_reading import MINIMAL, PARTS

import gankit
from gankit.game.compatibility import incompatibilities
from gankit.run.experiment import Experiment
from gankit_standard.losses import Bce, Hinge, LeastSquares, Minimax, Relativistic, Wasserstein
from gankit_standard.mlp import mlp
from gankit_standard.stabilizers.features import FeatureMatching
from gankit_standard.stabilizers.minibatch import MinibatchDiscrimination, MinibatchStd
from gankit_standard.stabilizers.penalties import R1, R2, Dragan, GradientPenalty, Lecam
from gankit_standard.stabilizers.spectral_norm import SpectralNorm
from gankit_standard.stabilizers.targets import LabelFlipping, LabelNoise, LabelSmoothing
from gankit_standard.stabilizers.updates import Ema, WeightClipping
from gankit_standard.stabilizers.virtual_batch_norm import VirtualBatchNorm

pytestmark = pytest.mark.anywhere

PICTURES = np.random.default_rng(0).integers(0, 256, (8, 8, 8, 1), dtype="uint8")
SLOPES = [GradientPenalty, Dragan, R1, R2]
LABELS = [LabelSmoothing, LabelNoise, LabelFlipping]


def said(loss, *stabilizers, norm=False, made=None, images=PICTURES):
    """Return the incompatibilities of a game."""
    gan = game(loss, stabilizers, norm=norm, made=made)
    return incompatibilities(gan, gankit.Dataset({"images": images}))


def reasons(*parts, **options):
    return [incompatibility.reason for incompatibility in said(*parts, **options)]


def ending(shape, activation, **others):
    """Return a network 8 → shape, or shape → 1, that ends with an activation."""
    noise, size = keras.Input((8,)), int(np.prod(shape))
    x = keras.layers.Dense(size, activation)(noise)
    return {"generator": keras.Model(noise, keras.layers.Reshape(shape)(x)), **others}


# Batches under a penalty on the slope


@pytest.mark.parametrize("penalty", SLOPES)
def test_a_penalty_on_the_slope_minds_batch_normalisation(penalty):
    (reason,) = reasons(Bce(), penalty(), norm=True)
    assert "batch normalisation in the discriminator mixes the batch's images" in reason
    assert reasons(Bce(), penalty()) == []
    assert reasons(Bce(), penalty(0.0), norm=True) == []


def test_batch_normalisation_is_found_inside_of_networks_wrappers_and_layers():
    class Block(keras.layers.Layer):
        def __init__(self, inner):
            super().__init__()
            self.steps = [inner]

        def call(self, x):
            return self.steps[0](x)

    seen = keras.Input((8, 8, 1))
    norm = gankit.layers.BatchNormalization()
    for wrap in (
        lambda layer: keras.Sequential([layer]),
        lambda layer: keras.layers.TimeDistributed(layer),
        Block,
    ):
        x = keras.layers.Flatten()(wrap(norm.__class__())(seen))
        made = networks() | {"discriminator": keras.Model(seen, keras.layers.Dense(1)(x))}
        assert len(reasons(Bce(), R1(), made=made)) == 1


def test_batch_normalisation_of_the_generator_is_nobodys_concern():
    made = networks() | {"generator": networks(norm=True)["generator"]}
    assert reasons(Wasserstein(), GradientPenalty(), SpectralNorm(), made=made) == []


def test_two_penalties_say_the_same_once():
    assert len(reasons(Relativistic(), R1(), R2(), norm=True)) == 1


@pytest.mark.parametrize("penalty", SLOPES)
def test_a_penalty_on_the_slope_minds_minibatch_discrimination(penalty):
    for order in (
        [penalty(), MinibatchDiscrimination(2, 2)],
        [MinibatchDiscrimination(2, 2), penalty()],
    ):
        (reason,) = reasons(Bce(), *order)
        assert "minibatch-discrimination compares" in reason
    assert reasons(Bce(), penalty(), MinibatchStd()) == []
    assert reasons(Bce(), Lecam(), MinibatchDiscrimination(2, 2), norm=True) == []


def test_spectral_norm_minds_batch_normalisation_where_it_is_at_work():
    (reason,) = reasons(Hinge(), SpectralNorm(), norm=True)
    assert "undoes" in reason
    assert reasons(Hinge(), SpectralNorm("generator"), norm=True) == []
    assert reasons(Hinge(), SpectralNorm("both")) == []


# Targets


@pytest.mark.parametrize("part", LABELS)
def test_label_parts_mind_a_loss_that_asks_for_no_targets(part):
    bound = {Wasserstein: [GradientPenalty()]}
    for loss in (Hinge, Relativistic, Wasserstein):
        (reason,) = reasons(loss(), part(), *bound.get(loss, []))
        assert "has no effect" in reason and loss.__name__ in reason
        assert reasons(loss(), part(0.0), *bound.get(loss, [])) == []
    for loss in (Bce, Minimax, LeastSquares):
        assert reasons(loss(), part()) == []


def test_what_a_loss_of_another_kind_asks_for_nobody_knows():
    class Own(gankit.Loss):
        players = Bce.players

        def __call__(self, turn):
            fake = turn.generate()
            return turn.judge("discriminator", turn.batch["images"], fake).targets.real.sum()

    assert reasons(Own(), LabelSmoothing()) == []


@pytest.mark.parametrize("part", LABELS)
def test_label_parts_mind_a_second_of_their_kind(part):
    (reason,) = reasons(Bce(), part(), part())
    assert "more than once" in reason
    assert reasons(Bce(), *(part() for part in LABELS)) == []


def test_flipping_half_of_the_labels_tells_nothing():
    (reason,) = reasons(Bce(), LabelFlipping(0.5))
    assert "half of the targets wrong" in reason
    assert reasons(Bce(), LabelFlipping(0.4)) == []


# Slopes


def test_wasserstein_wants_a_bounded_slope():
    for parts in (
        [],
        [Ema(), LabelSmoothing(0.0)],
        [GradientPenalty(0.0)],
        [R1(0.0)],
        [SpectralNorm("generator")],
    ):
        (reason,) = reasons(Wasserstein(), *parts)
        assert "unbounded" in reason
    for part in (GradientPenalty(), Dragan(), R1(), WeightClipping(), SpectralNorm("both")):
        assert reasons(Wasserstein(), part) == []


def test_a_strangers_stabilizer_may_bound_the_slope():
    class Steep(gankit.Stabilizer):
        """Changes nothing, and does not say that it bounds the slope."""

    class Gentle(Steep):
        """Says so of the class."""

        bounds_slope = True

    class Tunable(Steep):
        """Says so of an instance."""

        def __init__(self, weight):
            self.bounds_slope = weight > 0

    assert [reasons(Wasserstein(), part) for part in (Gentle(), Tunable(1.0))] == [[], []]
    for part in (Steep(), Tunable(0.0)):
        assert "is unbounded unless" in reasons(Wasserstein(), part)[0]


def test_a_slope_of_one_and_weights_of_a_hundredth_pull_against_each_other():
    for penalty in (GradientPenalty, Dragan):
        (reason,) = reasons(Wasserstein(), WeightClipping(), penalty())
        assert "±0.01" in reason
        assert reasons(Wasserstein(), WeightClipping(), penalty(0.0)) == []
    assert reasons(Wasserstein(), WeightClipping(), R1()) == []


def test_what_fits_is_silent():
    parts = [LabelSmoothing(), MinibatchDiscrimination(2, 2), FeatureMatching(), Ema()]
    assert reasons(Bce(), *parts, norm=True) == []


# What networks end with


@pytest.mark.parametrize(
    ("activation", "low", "high", "fits"),
    [
        ("tanh", -1, 1, True),
        ("tanh", -1, 1.2, False),
        ("tanh", -3, 0, False),
        ("sigmoid", 0, 1, True),
        ("sigmoid", -1, 1, False),
        ("relu", 0, 50, True),
        ("relu", -1, 50, False),
        ("linear", -50, 50, True),
        (None, -50, 50, True),
        ("leaky_relu", -50, 50, True),
    ],
)
@pytest.mark.parametrize("shape", [(2,), (8, 8, 1)])
def test_a_generator_has_to_reach_all_of_the_data(activation, low, high, fits, shape):
    data = np.random.default_rng(0).uniform(low, high, (5000, *shape)).astype("float32")
    seen = keras.Input(shape)
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(seen))
    made = ending(shape, activation, discriminator=keras.Model(seen, logits))
    found = reasons(Bce(), made=made, images=data)
    assert len(found) == (0 if fits else 1)
    assert fits or f"the generator ends with {activation}" in found[0]


def test_pictures_are_seen_from_minus_one_to_one():
    (reason,) = reasons(Bce(), made=networks() | ending((8, 8, 1), "sigmoid"))
    assert "in [0, 1]" in reason and "in [-1, 1]" in reason
    assert reasons(Bce(), made=networks() | ending((8, 8, 1), "tanh")) == []


def test_only_data_of_the_generators_shape_are_its_own():
    arrays = {"images": PICTURES, "heights": np.full((8, 8, 8, 2), 99.0)}
    experiment = Experiment(None, gankit.Dataset(arrays), game(Bce()))
    assert incompatibilities(experiment.gan, experiment.dataset) == []


def test_the_end_of_a_network_in_a_network_and_an_operation_are_found():
    noise, inner = keras.Input((8,)), keras.Input((64,))
    body = keras.Model(inner, keras.ops.tanh(inner))
    x = keras.layers.Reshape((8, 8, 1))(body(keras.layers.Dense(64)(noise)))
    made = networks() | {"generator": keras.Model(noise, x)}
    assert len(reasons(Bce(), made=made, images=PICTURES.astype("float32"))) == 1


def test_the_end_of_a_rebuilt_generator_is_found():
    bright = np.full((8, 8, 8, 1), 9.0, "float32")
    (reason,) = reasons(Bce(), VirtualBatchNorm(4), norm=True, images=bright)
    assert "the generator ends with tanh" in reason
    assert reasons(Bce(), VirtualBatchNorm(4), norm=True) == []


def test_a_discriminator_answers_with_logits():
    seen = keras.Input((8, 8, 1))
    x = keras.layers.Dense(1, "sigmoid")(keras.layers.Flatten()(seen))
    (reason,) = reasons(Bce(), made=networks() | {"discriminator": keras.Model(seen, x)})
    assert "the discriminator ends with sigmoid" in reason


# What is said


STRANGER = """
import gankit

class Shy(gankit.Stabilizer):
    def incompatibilities(self, gan):
        if "generator" in gan.networks:
            yield gankit.Incompatibility("shy parts do not like generators", "leave it out")

@gankit.hookimpl
def gankit_stabilizers():
    return {"shy": Shy}
"""


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "stranger.py").write_text(STRANGER)
    path = tmp_path / "small.toml"
    stabilizers = '[[stabilizers]]\nname = "shy"\n[[stabilizers]]\nname = "label-noise"\n'
    path.write_text(f"training.batch_size = 16\n{MINIMAL}{stabilizers}")
    return path


WORDS = ("--plugin", PARTS, "--plugin", "stranger.py")
SAID = ("shy parts do not like generators", "label-noise has no effect: the loss, Duel, uses")


def test_check_warns_with_the_remedy_and_all_is_well(gankit, recipe):
    code, out, err = gankit("check", recipe, *WORDS)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    at = lines.index(f"warning: {SAID[0]}")
    assert lines[at + 1] == "→ leave it out"
    assert lines[at + 3].startswith(f"warning: {SAID[1]}")
    assert any(line.startswith("  one batch") for line in lines[:at])
    plugins = f"--plugin {PARTS} --plugin stranger.py"
    assert out.endswith(f"{recipe} is valid\n→ gankit run {recipe} {plugins}\n")
    _, out, _ = gankit("check", recipe, *WORDS, "--set", "stabilizers=[]")
    assert "warning" not in out


def test_run_warns_in_a_line_each(gankit, recipe):
    code, out, _ = gankit("run", recipe, *WORDS, "--out", "r")
    assert code == 0
    lines = [line for line in out.splitlines() if line.startswith("warning")]
    assert [line.startswith(f"warning: {text}") for line, text in zip(lines, SAID)] == [1, 1]
    assert lines[0].endswith(" → leave it out")


# Data


@pytest.mark.parametrize(
    ("low", "high", "kind", "activation", "said"),
    [
        (0, 1, "float32", "tanh", 1),
        (0.2, 0.9, "float32", "linear", 1),
        (-1, 1, "float32", "tanh", 0),
        (0, 255, "uint8", "tanh", 0),
        (0, 1, "float32", "sigmoid", 0),
    ],
)
def test_floats_from_0_to_1_are_half_of_the_range(low, high, kind, activation, said):
    images = np.linspace(low, high, 8 * 64).reshape(8, 8, 8, 1).astype(kind)
    found = reasons(Bce(), made=networks() | ending((8, 8, 1), activation), images=images)
    assert ["taken to be in [−1, 1]" in reason for reason in found] == [True] * said


@pytest.mark.parametrize("conditional", [True, False])
def test_a_class_without_examples_matters_to_networks_that_take_labels(conditional):
    arrays = {"images": PICTURES, "labels": np.zeros(8, int)}
    dataset = gankit.Dataset(arrays, classes=["cat", "dog"])
    made = mlp(dataset.spec, 2, (4,), (4,), conditional=conditional)
    found = [each.reason for each in incompatibilities(game(Bce(), made=made), dataset)]
    assert len(found) == conditional
    assert not found or ("1 of 2 classes have no examples" in found[0] and "dog" in found[0])
