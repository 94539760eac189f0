"""What `gankit bench stacked-mnist` counts, and what its arms are."""

import json

import numpy as np
import pytest

from gankit import DataSpec
from gankit.bench import digits, stacked_mnist
from gankit.bench import stacked_arms as arms_module
from gankit.bench.digits import Digits, mode_score
from gankit.bench.results import Row
from gankit.bench.stacked_arms import STEPS, stacked_arms
from gankit.bench.stacked_table import table
from gankit_standard.stacked_mnist import stacked_mnist as stacks

pytestmark = pytest.mark.anywhere

R3GAN = ("relativistic-r1-r2", "relativistic-r1", "plain-r1-r2", "plain-r1")


@pytest.mark.parametrize("present", [1, 10, 1000])
def test_equal_fractions_of_some_modes_have_a_logarithm_as_their_divergence(present):
    score = mode_score(np.repeat(np.arange(present), 26))
    assert score.modes == present
    assert score.reverse_kl == pytest.approx(np.log(1000 / present), abs=1e-12)


def test_the_divergence_of_unequal_fractions():
    score = mode_score(np.array([7, 7, 999, 120]))  # ½, ¼ and ¼
    assert score.modes == 3
    assert score.reverse_kl == pytest.approx(0.5 * np.log(500) + 2 * 0.25 * np.log(250))


def test_the_digits_of_red_green_and_blue_form_the_label_of_the_data(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (10, 28, 28), dtype="uint8")
    both = {"x_train": images, "y_train": np.arange(10), "x_test": images, "y_test": np.arange(10)}
    np.savez(tmp_path / "digits.npz", **both)
    data = stacks(str(tmp_path / "digits.npz"), count=5000, size=32)

    def classify(grey):  # exactly: each image is one of the ten
        assert grey.shape[1:] == (28, 28, 1)
        sums = np.rint(images.sum(axis=(1, 2), dtype="float64"))
        found = np.rint(grey.sum(axis=(1, 2, 3), dtype="float64"))
        return np.abs(found[:, None] - sums).argmin(axis=1)

    expected = mode_score(data.arrays["labels"])
    found = Digits(classify, 1.0).score(np.asarray(data.arrays["images"]))
    assert found == expected and 980 < found.modes < 1000


@pytest.mark.parametrize("name", stacked_arms())
@pytest.mark.parametrize("steps", [1, 20, 2001, STEPS, 25_000])
def test_an_arm_takes_the_steps_that_it_is_asked_for(name, steps):
    recipe = stacked_arms()[name].read(steps=steps)
    batch, epochs = recipe.training.batch_size, recipe.training.epochs
    count = recipe.dataset.options["count"]
    assert count % batch == 0
    assert epochs * count // batch == pytest.approx(steps, abs=epochs / 2)
    assert 1 <= count <= 192_000
    rate = recipe.players["generator"].optimizer.options["learning_rate"]
    assert name not in R3GAN or rate.options["decay_steps"] == steps


def test_the_arms_of_r3gan_differ_in_loss_and_penalties_alone():
    recipes = [stacked_arms()[name].read() for name in R3GAN]
    losses = ["relativistic", "relativistic", "bce", "bce"]
    assert [recipe.loss.name for recipe in recipes] == losses
    penalties = [["r1", "r2", "ema"], ["r1", "ema"], ["r1", "r2", "ema"], ["r1", "ema"]]
    assert [[part.name for part in r.stabilizers] for r in recipes] == penalties
    rest = [
        {k: v for k, v in recipe.filled.items() if k not in ("loss", "stabilizers")}
        for recipe in recipes
    ]
    assert all(other == rest[0] for other in rest)
    assert {p.options["gamma"] for p in recipes[0].stabilizers if "gamma" in p.options} == {2.0}
    spec = DataSpec({"images": (32, 32, 3), "labels": ()}, 1000)
    networks = recipes[0].architecture.make(spec)
    normalised = [layer for n in networks.values() for layer in n.layers if "norm" in layer.name]
    assert not normalised


def test_the_packed_arm_is_dcgan_with_as_many_packs_in_a_batch():
    plain, packed = (dict(stacked_arms()[n].read().filled) for n in ("dcgan", "dcgan-packed"))
    assert [part["name"] for part in packed.pop("stabilizers")] == ["packing"]
    assert not plain.pop("stabilizers", [])
    assert packed["training"].pop("batch_size") == 2 * plain["training"].pop("batch_size")
    for recipe in (plain, packed):  # the same steps, of twice as many images
        recipe["dataset"].pop("count"), recipe["training"].pop("epochs")
    assert plain == packed
    optimizer = plain["players"]["generator"]["optimizer"]
    assert (optimizer["learning_rate"], optimizer["beta_1"]) == (2e-4, 0.5)


def row(name, modes, divergence, accuracy=0.992):
    scores = {"modes": modes, "reverse_kl": divergence, "accuracy": accuracy}
    return Row(name, {0: scores, 1: scores}, 8000, 1234.5)


def test_the_table_tells_the_accuracy_and_shows_what_broke():
    lines = table([row("relativistic-r1-r2", 1000, 0.0625), row("plain-r1", 0, float("nan"))])
    assert max(map(len, lines)) <= 80
    cells = [line.split() for line in lines]
    assert ["relativistic-r1-r2", "1000±0", "0.062±0.000", "8,000", "20:34"] in cells
    assert ["plain-r1", "0±0", "–", "8,000", "20:34"] in cells
    assert ["PacDCGAN2", "(PacGAN)", "1000", "0.06"] in cells
    assert any("99.20% of MNIST's test digits" in line for line in lines)


def bright_rows(count, seed):
    """Return images with two bright rows, whose height tells the digit, and the digits."""
    labels = np.arange(count) % 10
    images = np.random.default_rng(seed).integers(0, 60, (count, 28, 28), dtype="uint8")
    for image, label in zip(images, labels):
        image[2 * label + 3 : 2 * label + 5] = 250
    return images, labels


@pytest.fixture
def data(monkeypatch, tmp_path):
    """Return a file with digits that are easily told apart, for a short benchmark."""
    (images, labels), (others, answers) = bright_rows(600, 0), bright_rows(100, 1)
    both = {"x_train": images, "y_train": labels, "x_test": others, "y_test": answers}
    np.savez(tmp_path / "digits.npz", **both)
    monkeypatch.setattr(digits, "TRAINING_STEPS", 60)
    monkeypatch.setattr(stacked_mnist, "SAMPLES", 150)
    return tmp_path / "digits.npz"


WORDS = ("bench", "stacked-mnist", "--seeds", 1, "--data", "digits.npz")


@pytest.mark.long
def test_the_classifier_learns_the_digits_and_an_arm_is_measured_once(gankit, tmp_path, data):
    words = [*WORDS, "--arms", "dcgan", "--out", "found", "--steps"]
    code, out, _ = gankit(*words, 2)
    assert code == 0 and "PacDCGAN2" in out and "100.00% of MNIST's test digits" in out
    note = json.loads((tmp_path / "found/dcgan-0-0.json").read_text())
    assert 1 <= note["scores"]["0"]["modes"] <= 150
    assert note["scores"]["0"]["reverse_kl"] >= np.log(1000 / 150) - 1e-9
    images, labels = bright_rows(100, 2)
    grey = images[:, :, :, None].repeat(3, axis=3).astype("float32") / 127.5 - 1
    grey = np.pad(grey, [(0, 0), (2, 2), (2, 2), (0, 0)])
    assert digits.digits(str(data)).score(grey) == mode_score(labels * 111)
    history = tmp_path / "found/dcgan-0/history.csv"
    before = history.stat().st_mtime_ns
    code, out, _ = gankit(*words, 2)
    assert code == 0 and history.stat().st_mtime_ns == before
    code, _, error = gankit(*words, 3)
    assert code == 1 and "other settings" in error


@pytest.mark.long
def test_an_arm_goes_on_where_it_was_stopped(gankit, tmp_path, data, monkeypatch):
    words = [*WORDS, "--arms", "plain-r1", "--steps", 2]

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(stacked_mnist, "sample", stop)
        code, _, _ = gankit(*words)
    history = tmp_path / "bench/stacked-mnist/plain-r1-0/history.csv"
    before = history.stat().st_mtime_ns
    assert code != 0
    code, out, _ = gankit(*words)
    assert code == 0 and "plain-r1, seed 0" in out and history.stat().st_mtime_ns == before


@pytest.mark.long
def test_a_game_whose_loss_is_not_finite_has_no_modes(gankit, data, monkeypatch):
    rates = {"players": arms_module._adam(learning_rate=1e30)}
    monkeypatch.setattr(arms_module, "DCGAN", arms_module.DCGAN | rates)
    code, out, _ = gankit(*WORDS, "--arms", "dcgan", "--steps", 8)
    assert code == 0 and "the loss was not finite" in out
    assert any(line.split()[:3] == ["dcgan", "0", "–"] for line in out.splitlines())
