"""Each check fails for a part that has one fault, and says so."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import keras
import numpy as np
import pytest
import small_parts
from keras import layers, ops

import gankit
from gankit import testing
from gankit.recipe.recipe import Recipe

POINTS = gankit.DataSpec({"images": (2,)})


def refused(check, *arguments, **options) -> str:
    """Return what a check says of a part that is at fault."""
    with pytest.raises(AssertionError) as caught:
        check(*arguments, **options)
    wrong, remedy = str(caught.value).split("\n→ ")
    assert len(wrong) > 10 and len(remedy) > 10
    return str(caught.value)


# Datasets


def points(count: int = 20, seed: int = 0) -> gankit.Dataset:
    draw = np.random.default_rng(seed)
    return gankit.Dataset({"images": draw.normal(size=(count, 2)).astype("float32")})


def of(images, labels=None, classes=()):
    arrays = {"images": images} | ({} if labels is None else {"labels": labels})
    return gankit.Dataset(arrays, classes)


GREY = np.zeros((4, 8, 8, 1), "uint8")


def unlike():
    return of(np.random.default_rng().normal(size=(4, 2)).astype("float32"))


def globally():
    np.random.seed(0)
    return of(np.random.normal(size=(4, 2)).astype("float32"))


@pytest.mark.anywhere
def test_a_dataset_that_is_right():
    assert len(testing.check_dataset(points, count=5)) == 5
    assert testing.check_dataset(small_parts.blobs).spec.classes == 2


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        (lambda: {"images": GREY}, "return gankit.Dataset"),
        (lambda: of(GREY.astype("float64")), "float64"),
        (lambda: of(GREY[..., 0]), r"images\[..., None\] adds one"),
        (lambda: of(np.full((4, 2), np.nan, "float32")), "not finite"),
        (lambda: of(GREY, classes=("a",)), "has no labels"),
        (unlike, "other data on a second call"),
        (globally, "NumPy's global generator"),
    ],
)
def test_a_dataset_with_a_fault(dataset, said):
    assert re.search(said, refused(testing.check_dataset, dataset))


# Metrics


def spread(real, fake) -> float:
    return float(np.std(fake) / np.std(real))


def centring(real, fake):
    fake -= fake.mean(axis=0)
    return float(np.std(fake))


def by_lot(fake):
    return float(fake[np.random.default_rng().integers(len(fake))].sum())


def by_the_global_lot(fake):
    np.random.seed(0)
    return float(fake[np.random.randint(len(fake))].sum())


@pytest.mark.anywhere
def test_a_metric_that_is_right():
    testing.check_metric(spread)
    testing.check_metric(lambda held_out, k=2: {"a": 1, "b_2": np.float32(2)}, k=3)


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (centring, "centring() changes fake"),
        (by_lot, "returns another number on a second call"),
        (by_the_global_lot, "NumPy's global generator"),
        (lambda real, samples: 0.0, "asks for samples, which is not an input"),
        (lambda k=3: 0.0, "asks for nothing to measure"),
        (lambda fake: fake.mean(axis=0), "returns ndarray"),
        (lambda fake: {"My Score": 0.0}, "'My Score'"),
        (lambda fake: float(1 / np.ptp(fake, axis=0).sum()), "that always draws the same"),
        (lambda real, fake: float(np.log(np.abs(fake - real[: len(fake)]).sum())), "that copies"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_metric_with_a_fault(metric, said):
    assert said in refused(testing.check_metric, metric)


# Features


def rows(extract=lambda x: x.mean((2, 3)), classify=None, resizer="none", classes=()):
    return lambda: gankit.Features("rows", "none", resizer, extract, classify, classes)


def halves(found):
    return np.full((len(found), 2), 0.5)


def darkening(images):
    images -= images.mean()
    return images.mean((2, 3))


@pytest.mark.anywhere
def test_features_that_are_right():
    testing.check_features(rows())
    testing.check_features(rows(classify=halves, classes=("a", "b")), shape=(8, 8, 3))
    testing.check_features(lambda data, k=1: rows()(), data=GREY, k=2)


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("features", "said"),
    [
        (lambda: np.zeros((4, 2)), "return a gankit.Features"),
        (rows(resizer=""), "leaves its resizer empty"),
        (rows(lambda x: x.mean((1, 2, 3))), "float32 of the shape (12,)"),
        (rows(lambda x: np.argmax(x.mean((2, 3)), axis=1)[:, None]), "extracts int64"),
        (rows(lambda x: np.full((len(x), 2), np.nan)), "not finite"),
        (rows(lambda x: np.ones((len(x), 2))), "the same numbers from different examples"),
        (rows(lambda x: (x - x.mean(0)).mean((2, 3))), "in another batch"),
        (rows(lambda x: x.mean((2, 3)) + np.random.normal()), "NumPy's global generator"),
        (rows(darkening), "changes the examples"),
        (rows(classify=lambda found: found), "return probabilities"),
        (rows(classify=lambda found: 2 * halves(found)), "sum to [2.0, 2.0"),
        (rows(classify=halves, classes=("a",)), "names 1 classes, but has probabilities of 2"),
    ],
)
def test_features_with_a_fault(features, said):
    assert said in refused(testing.check_features, features)


# Losses


class Hinge(gankit.AdversarialLoss):
    """Right."""

    def discriminator(self, real, fake):
        return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake))

    def generator(self, fake):
        return -ops.mean(fake)


class Painter(gankit.Loss):
    """Right, and not adversarial."""

    players: ClassVar = {"painter": ("generator",)}

    def __call__(self, turn):
        return ops.mean(ops.square(turn.generate("generator") - turn.batch["images"]))


class UpsideDown(Hinge):
    def generator(self, fake):
        return ops.mean(fake)


class OfLogarithms(Hinge):
    def discriminator(self, real, fake):
        return -ops.mean(ops.log(ops.sigmoid(real)) + ops.log(1 - ops.sigmoid(fake)))


class OfRoots(Hinge):
    def generator(self, fake):
        return ops.mean(ops.sqrt(ops.square(fake))) - ops.mean(fake)


class OfEach(Hinge):
    def generator(self, fake):
        return -fake


class OfSamples(Hinge):
    def generator(self, samples):
        return -ops.mean(samples)


class OfNothing(Hinge):
    def generator(self, fake):
        return 0.0 * ops.mean(fake) + 1.0


class OfBoth(Hinge):
    players: ClassVar = {
        "discriminator": ("discriminator",),
        "generator": ("generator", "discriminator"),
    }


class OfAStranger(Hinge):
    players: ClassVar = {"discriminator": ("critic",), "generator": ("generator",)}


class Meddling(Hinge):
    """Decays the discriminator's weights on the generator's turn."""

    def __call__(self, turn):
        if turn.player == "generator":
            for weight in turn.networks["discriminator"].trainable_variables:
                weight.assign(0.9 * weight.value)
        return super().__call__(turn)


class Rising(Painter):
    """Has the gradient of one thing and the value of another."""

    def __call__(self, turn):
        distance = super().__call__(turn)
        return distance - 2 * ops.stop_gradient(distance)


class Undefined(gankit.Loss):
    players: ClassVar = Painter.players

    def __call__(self, turn):
        return ops.log(-ops.mean(ops.square(turn.generate("generator"))))


@pytest.mark.parametrize("loss", [Hinge(), Painter()])
def test_a_loss_that_is_right(loss):
    testing.check_loss(loss)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (UpsideDown, "UpsideDown.generator rises when the logits `fake` rise"),
        (Rising, "on the turn of the painter, did not fall"),
        (OfLogarithms, "log sigmoid(x) is -ops.softplus(-x)"),
        (OfRoots, "the gradient of OfRoots.generator by fake is not finite"),
        (OfEach, "returns the shape (8, 1)"),
        (OfSamples, "asks for samples"),
        (OfNothing, "did not move the generator"),
        (OfBoth, "several players train the discriminator"),
        (OfAStranger, "trains critic, which is not one of the networks generator, discriminator"),
        (Meddling, "on the turn of the generator, moved the discriminator"),
        (Undefined, "is not finite: nan at first"),
    ],
)
def test_a_loss_with_a_fault(loss, said):
    assert said in refused(testing.check_loss, loss())


# Architectures


class Scale(layers.Layer):
    """A layer that nobody registered."""

    def build(self, shape):
        self.scale = self.add_weight((shape[-1],), "ones")

    def call(self, x):
        return x * self.scale.value


class Unsaved(Scale):
    """A layer that forgets what it was made with."""

    def __init__(self, by=1.0, **options):
        super().__init__(**options)
        self.by = by

    def call(self, x):
        return self.by * super().call(x)

    def get_config(self):
        return {"name": self.name}


@keras.saving.register_keras_serializable(package="tests")
class Forgetful(Unsaved):
    """The same, registered."""


def dense(spec, width=4, last=None, change=lambda x: x, logits=1, shape=None, end=None, begin=None):
    """Return networks of one hidden layer, with room for a fault."""
    noise, images = keras.Input((3,)), keras.Input(spec.shape)
    size = shape or spec.shape
    x = change(layers.Dense(width, "relu", kernel_initializer=begin or "glorot_uniform")(noise))
    x = layers.Dense(int(np.prod(size)), dtype=last or "float32")(x)
    y = layers.Dense(width, "relu")(layers.Flatten()(images))
    y = layers.Dense(logits, end, dtype=last or "float32")(y)
    return {
        "generator": keras.Model(noise, layers.Reshape(size, dtype=last or "float32")(x)),
        "discriminator": keras.Model(images, y),
    }


def untouched(x):
    """Return the input, and leave out what a layer makes of it."""
    return x + ops.stop_gradient(layers.Dense(4)(x))


KEPT = {}


def kept(spec):
    return KEPT or KEPT.update(dense(spec)) or KEPT


def drawn_by_numpy(spec):
    made = dense(spec)
    for weight in made["generator"].weights:
        weight.assign(np.random.default_rng().normal(size=weight.shape))
    return made


def seeded(spec):
    made = dense(spec)
    for weight in made["generator"].weights:
        weight.assign(np.random.default_rng(0).normal(size=weight.shape))
    return made


def with_a_fault(**fault):
    return lambda spec: dense(spec, **fault)


def two_outputs(spec):
    noise = keras.Input((3,))
    return {"generator": keras.Model(noise, [noise, noise])}


def test_an_architecture_that_is_right():
    testing.check_architecture(dense, POINTS)
    testing.check_architecture(dense, width=5)


@pytest.mark.anywhere
def test_a_network_without_weights_is_right():
    def flattened(spec):
        images = keras.Input(spec.shape)
        return dense(spec) | {"prior": keras.Model(images, layers.Flatten(dtype="float32")(images))}

    testing.check_architecture(flattened, POINTS)


@pytest.mark.anywhere
def test_a_branch_without_a_gradient_can_be_declared():
    fading = with_a_fault(change=lambda x: x + ops.stop_gradient(layers.Dense(4, name="new")(x)))
    testing.check_architecture(fading, POINTS, without_gradient=["new"])
    assert "no gradient reaches new" in refused(testing.check_architecture, fading, POINTS)


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("architecture", "said"),
    [
        (lambda spec: dense(spec)["generator"], "return a dict of keras.Model"),
        (two_outputs, "2 outputs"),
        (with_a_fault(shape=(3,)), "returns images of the shape (3,)"),
        (with_a_fault(logits=2), "one logit for each image"),
        (with_a_fault(end="sigmoid"), "activation sigmoid"),
        (with_a_fault(change=Scale()), "Scale"),
        (with_a_fault(change=lambda x: Unsaved(2.0)(x)), "cannot be saved and loaded"),
        (with_a_fault(change=lambda x: Forgetful(2.0)(x)), "something else after it is saved"),
        (with_a_fault(change=untouched), "no gradient reaches dense"),
        (kept, "the same generator on a second call"),
        (drawn_by_numpy, "different weights with the same seed"),
        (seeded, "the same weights with any seed"),
        (with_a_fault(last="mixed_bfloat16"), "bfloat16 in mixed precision"),
    ],
)
def test_an_architecture_with_a_fault(architecture, said):
    assert said in refused(testing.check_architecture, architecture, POINTS)
    assert keras.config.dtype_policy().name == "float32"


# Stabilizers


class Drift(gankit.Stabilizer):
    """Right, and without state."""

    def __init__(self, weight: float = 0.1):
        self.weight = weight

    def penalty(self, turn):
        if not self.weight or turn.player != "discriminator":
            return 0.0
        return self.weight * ops.mean(ops.square(turn.judgments[0].real))


class Centred(Drift):
    """Right, and with state: the running mean of the logits is drawn to 0."""

    def prepare(self, gan):
        self.mean = keras.Variable(0.0, trainable=False)

    def penalty(self, turn):
        if not self.weight or turn.player != "discriminator":
            return 0.0
        now = ops.mean(turn.judgments[0].real)
        self.mean.assign(0.9 * self.mean.value + 0.1 * ops.stop_gradient(now))
        return self.weight * now * self.mean.value


class Ever(Drift):
    """Is on at 0."""

    def penalty(self, turn):
        return ops.square(self.weight - 1.0) * ops.mean(turn.judgments[0].fake)


class Drawing(gankit.Stabilizer):
    """Takes a draw at 0."""

    def __init__(self, amount: float = 0.1):
        self.amount = amount

    def prepare(self, gan):
        self.seed = gan.seed

    def view(self, images):
        return images + self.amount * keras.random.normal(ops.shape(images), seed=self.seed)


class Shrinking(Drift):
    """Moves the weights beside the losses, by 0 too."""

    def after(self, player, gan):
        for weight in gan.trained_by(player):
            weight.assign(0.99 * weight.value)


class Idle(Drift):
    """Misspells a seam."""

    penalty = gankit.Stabilizer.penalty

    def penality(self, turn):
        return 1.0


class Counting(Drift):
    """Keeps its state in a number of Python."""

    def prepare(self, gan):
        self.turns = 0

    def penalty(self, turn):
        self.turns += 1
        return super().penalty(turn)


class Hidden(Centred):
    """Keeps its state where nobody looks."""

    def prepare(self, gan):
        super().prepare(gan)
        self.mean = [self.mean, "the mean"]

    def penalty(self, turn):
        return self.weight * self.mean[0].value


class SeedOfItsOwn(Drawing):
    """Draws from a seed that is not saved."""

    def prepare(self, gan):
        self.seed = keras.random.SeedGenerator(0)


class OfTheOutside(Centred):
    """Keeps its state outside of itself, so that it does not resume."""

    means: ClassVar = SimpleNamespace()

    def prepare(self, gan):
        self.means.mean = keras.Variable(0.0, trainable=False)

    def penalty(self, turn):
        return self.weight * self.means.mean.value * ops.mean(turn.judgments[0].real)

    def after(self, player, gan):
        self.means.mean.assign(self.means.mean.value + 1.0)


class Stuck(Centred):
    """Has state that never moves."""

    def penalty(self, turn):
        return self.weight * (1.0 + self.mean.value) * ops.mean(turn.judgments[0].fake)


@pytest.mark.parametrize("stabilizer", [Drift, Centred])
def test_a_stabilizer_that_is_right(stabilizer):
    testing.check_stabilizer(stabilizer, {"weight": 0.0})
    testing.check_stabilizer(stabilizer, None, weight=0.5, loss=Hinge())


@pytest.mark.parametrize(
    ("stabilizer", "off", "said"),
    [
        (Ever, {"weight": 0.0}, "Ever(weight=0.0) is off, but it changed d_loss from"),
        (Ever, {"weight": 0.0}, "0.0 from penalty"),
        (Drawing, {"amount": 0.0}, "draw nothing from gan.seed"),
        (Shrinking, {"weight": 0.0}, "from after, without assigning"),
        (Idle, None, 'Did you mean "penalty"?'),
        (Counting, None, "changes its turns during training"),
        (Hidden, None, "keeps state in mean, where the game does not find it"),
        (SeedOfItsOwn, None, "keeps state in seed, where the game does not find it"),
        (Stuck, None, "never moved"),
    ],
)
def test_a_stabilizer_with_a_fault(stabilizer, off, said):
    assert said in refused(testing.check_stabilizer, stabilizer, off)


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX cannot move such state at all")
def test_a_stabilizer_that_does_not_resume():
    assert "does not resume" in refused(testing.check_stabilizer, OfTheOutside, None)


# Plugins


PLUGIN = '''
from typing import Annotated
import gankit
from pydantic import Field

def spread(real, fake, scale: Annotated[float, Field(gt=0)] = 1.0) -> float:
    """How much samples vary.

    Args:
        scale: What it is multiplied by.
    """
    return scale

@gankit.hookimpl
def gankit_metrics():
    return {"spread": spread}
'''


@pytest.mark.anywhere
def test_a_plugin_that_is_right(tmp_path):
    file = tmp_path / "spread.py"
    file.write_text(PLUGIN)
    (part,) = testing.check_plugin(file)
    assert part.name == "spread"


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("import gankit", "import gankot", "No module named 'gankot'"),
        ("gankit_metrics", "gankit_metric", 'Did you mean "gankit_metrics"?'),
        ('{"spread": spread}', "{}", "provides no parts"),
        ('{"spread": spread}', '{"spread": "nowhere:spread"}', "cannot be loaded"),
        ("samples vary.", "samples vary", "no summary in its docstring"),
        ("scale: What", "What", "options without help: scale"),
        ("= 1.0", "= 0.0", "scale = 0.0"),
        ("float, Field(gt=0)", "range, 0", "no schema can describe"),
    ],
)
def test_a_plugin_with_a_fault(tmp_path, old, new, said):
    file = tmp_path / "spread.py"
    file.write_text(PLUGIN.replace(old, new))
    assert said in refused(testing.check_plugin, file)


@pytest.mark.anywhere
def test_a_plugin_that_is_not_installed():
    assert "pip install -e" in refused(testing.check_plugin, "gankit-nowhere")


# Recipes


BLOBS = """
dataset = { name = "blobs", count = 5000 }
architecture = { name = "small", latent = 32 }
loss = { name = "hinge" }
players.discriminator.repeats = 3
training = { epochs = 90, batch_size = 64 }

[[stages]]

[[stages]]
architecture.latent = 3
training.epochs = 7
"""
PARTS = [Path(small_parts.__file__)]


@pytest.fixture
def blobs(tmp_path):
    file = tmp_path / "blobs.toml"
    file.write_text(BLOBS)
    return file


@pytest.mark.anywhere
def test_a_recipe_is_made_small(blobs):
    small = testing.tiny(blobs, PARTS)
    assert isinstance(small, Recipe) and len(small.stages()) == 2
    for stage, latent in zip(small.stages(), (4, 3)):
        assert stage.training.epochs == 1 and stage.training.batch_size == 4
        assert stage.architecture.options["latent"] == latent
        assert len(stage.dataset.make()) == 24


@pytest.mark.anywhere
def test_a_small_recipe_can_have_values_of_its_own(blobs):
    small = testing.tiny(
        blobs, PARTS, {"loss": {"name": "bce"}, "stages": {"1": {"architecture": {"latent": 2}}}}
    )
    assert small.loss.name == "bce" and [
        s.architecture.options["latent"] for s in small.stages()
    ] == [4, 2]


@pytest.mark.anywhere
def test_data_without_a_count_are_cut(tmp_path):
    np.savez(tmp_path / "points.npz", images=np.zeros((100, 2), "float32"))
    recipe = tmp_path / "points.toml"
    recipe.write_text(
        BLOBS.replace('"blobs", count = 5000', '"npz", path = "' + str(tmp_path) + '/points.npz"')
    )
    assert len(testing.tiny(recipe, PARTS).dataset.make()) == 24


@pytest.mark.long
@pytest.mark.anywhere
def test_a_recipe_that_is_right_plays(blobs):
    testing.check_recipe(blobs, PARTS)
    testing.check_recipe(testing.tiny(blobs, PARTS), PARTS)


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("latent = 32 }", 'latent = 32 }\nstabilizers = [{ name = "explode", at = 1 }]', "inf"),
        ('"hinge" }', '"hinge" }\nstabilizers = [{ name = "label-noise" }]', "label-noise"),
    ],
)
def test_a_recipe_with_a_fault(blobs, old, new, said):
    blobs.write_text(BLOBS.replace(old, new))
    assert said in refused(testing.check_recipe, blobs, PARTS)
