"""Samples by label, of noise within a bound, and the most real to the discriminator."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from made_runs import RECIPE, made_run
from scipy.stats import kstest, truncnorm

import gankit
from gankit.api.generator import Generator
from gankit.api.rejection import RejectionSampler, judge

PARTS = Path(__file__).with_name("small_parts.py")
WIDTHS = "generator_widths = [8]\ndiscriminator_widths = [8]"
CONDITIONAL = RECIPE.replace(
    'name = "small"', f'name = "mlp"\nlatent = 4\nconditional = true\n{WIDTHS}'
)


@pytest.fixture(scope="module")
def generator(tmp_path_factory):
    run, _ = made_run(tmp_path_factory.mktemp("small"), [PARTS])
    return Generator.open(run.path, plugins=[PARTS])


@pytest.fixture(scope="module")
def by_label(tmp_path_factory):
    run, _ = made_run(tmp_path_factory.mktemp("labels"), [PARTS], CONDITIONAL)
    return Generator.open(run.path, plugins=[PARTS])


# Truncation


def test_no_number_is_beyond_the_bound_and_the_others_stay(generator):
    free, bound = generator.noise(500, seed=3), generator.noise(500, 3, truncation=0.7)
    assert np.abs(bound).max() <= 0.7 < np.abs(free).max()
    within = np.abs(free) <= 0.7
    assert np.array_equal(bound[within], free[within])
    assert kstest(bound.ravel(), truncnorm(-0.7, 0.7).cdf).pvalue > 0.01


def test_truncated_noise_is_the_same_everywhere_and_for_every_count(generator):
    known = [  # by numpy alone
        np.random.default_rng(5).standard_normal((2, 4), dtype="float32")[1],
        np.random.default_rng([5, 1]),
    ]
    row, again = known[0].copy(), known[1]
    while (beyond := np.abs(row) > 0.5).any():
        row[beyond] = again.standard_normal(beyond.sum(), dtype="float32")
    assert np.array_equal(generator.noise(2, 5, 0.5)[1], row)
    assert np.array_equal(generator.noise(9, 5, 0.5)[1], row)


@pytest.mark.parametrize("bound", [0, -1, float("nan")])
def test_a_bound_that_is_none(generator, bound):
    with pytest.raises(gankit.GankitError, match=r"at least 0\.01"):
        gankit.sample(generator, 2, truncation=bound)


# Rejection


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9])
def test_the_fraction_that_was_asked_is_rejected(generator, fraction):
    labels, sampler = np.zeros(3, "int32"), RejectionSampler(generator, fraction)
    (limit,) = sampler.thresholds(labels)
    samples = generator.draw(generator.noise(2000, seed=7))
    rejected = np.mean(judge(generator, samples, np.zeros(2000, "int32")) < limit)
    assert abs(rejected - fraction) < 4 * (fraction * (1 - fraction) * (1 / 2000 + 1 / 1024)) ** 0.5
    found = sampler.draw(labels)
    assert judge(generator, found.samples, labels).min() >= limit - 1e-4


def test_each_class_has_as_much_rejected(by_label):
    limits = RejectionSampler(by_label, 0.5).thresholds(np.array([1, 0], "int32"))
    assert limits[0] != limits[1]
    found = gankit.sample(by_label, 8, labels=[1], reject=0.5, truncation=1.0)
    labels = np.ones(8, "int32")
    (_, limit) = RejectionSampler(by_label, 0.5, truncation=1.0).thresholds(labels)
    assert judge(by_label, found.values, labels).min() >= limit - 1e-4


def test_what_is_accepted_at_once_is_the_sample_without_rejection(generator, monkeypatch):
    noise = generator.noise(12, 0)
    plain = generator.draw(noise)
    logits = judge(generator, plain, np.zeros(12, "int32"))
    limit = np.median(logits)
    monkeypatch.setattr(RejectionSampler, "thresholds", lambda *_: np.full(2, limit))
    found = RejectionSampler(generator, 0.5).draw(np.zeros(12, "int32"))
    kept = logits > limit + 1e-4
    assert kept.any() and np.allclose(found.samples[kept], plain[kept], atol=1e-5)
    assert judge(generator, found.samples, np.zeros(12, "int32")).min() >= limit - 1e-4
    assert 12 <= found.accepted <= found.drawn


def test_a_discriminator_that_accepts_none_is_said_so(generator, monkeypatch):
    monkeypatch.setattr(RejectionSampler, "thresholds", lambda *_: np.full(2, np.inf))
    monkeypatch.setattr("gankit.api.rejection.TRIES", 1)
    with pytest.raises(gankit.GankitError, match="accepted 0 of") as caught:
        gankit.sample(generator, 2, reject=0.2)
    assert "--reject 0.1" in caught.value.hint
    monkeypatch.undo()
    with pytest.raises(gankit.GankitError, match="between 0 and 1"):
        gankit.sample(generator, 2, reject=1)


# Labels


def test_classes_are_drawn_in_turn(by_label):
    drawn = gankit.sample(by_label, 5, labels=["r", 0])
    assert drawn.labels.tolist() == [1, 0, 1, 0, 1]
    noise = by_label.noise(5)
    same = by_label.draw(noise, np.array([1, 0, 1, 0, 1], "int32"))
    others = by_label.draw(noise, np.array([0, 1, 0, 1, 0], "int32"))
    assert np.array_equal(drawn.values, same)
    assert np.abs(drawn.values - others).max() > 1e-3
    assert gankit.sample(by_label, 3).labels.tolist() == [0, 1, 0]


def test_classes_that_there_are_not(by_label, generator):
    with pytest.raises(gankit.GankitError, match="no class"):
        gankit.sample(by_label, 2, labels=["x"])
    with pytest.raises(gankit.GankitError, match="takes no labels"):
        gankit.sample(generator, 2, labels=["l"])
    assert gankit.sample(generator, 2).labels is None


@pytest.mark.parametrize(
    ("classes", "name", "place"),
    [
        (("3", "8"), "8", 1),
        (("3", "8"), 3, 0),
        (("3", "8"), "1", None),
        (("3", "8"), 0, None),
        (("cat", "8"), "0", None),
        (("cat", "dog"), "1", 1),
        (("cat", "dog"), 0, 0),
        (("cat", "dog"), "2", None),
    ],
)
def test_a_number_is_a_name_first_and_a_place_only_among_words(classes, name, place):
    run = SimpleNamespace(classes=classes)
    if place is None:
        with pytest.raises(gankit.GankitError, match=f"Allowed: {', '.join(classes)}"):
            Generator.class_index(run, name)
    else:
        assert Generator.class_index(run, name) == place


def test_a_notebook_shows_a_sheet(generator):
    samples = gankit.sample(generator, 4)
    assert samples.values.shape == (4, 8, 8, 1)
    assert (samples.drawn, samples.accepted) == (4, 4)
    assert samples._repr_png_().startswith(b"\x89PNG")


def test_the_files_say_how_the_samples_were_chosen(gankit, tmp_path):
    made_run(tmp_path, [PARTS])
    (checkpoint,) = (tmp_path / "made/checkpoints").glob("step-*")
    for more in ((), ("--checkpoint", checkpoint.name), ("--truncation", "0.5")):
        code, _, err = gankit("sample", "made", "--count", "2", "--grid", "--plugin", PARTS, *more)
        assert code == 0, err
    names = {path.name for path in (tmp_path / "made/images").iterdir()}
    expected = {"sheet-0.png", f"sheet-0-checkpoint-{checkpoint.name}.png"}
    assert names == expected | {"sheet-0-truncation-0.5.png"}
