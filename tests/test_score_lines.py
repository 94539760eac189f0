"""scores.jsonl, which way scores are better, and what a recipe says of them."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from recipe_reading import CATALOGUE as PARTS
from recipe_reading import MINIMAL, problems, read
from test_score import metrics

import gankit
from gankit import GankitError
from gankit.discovery.part import Part
from gankit.recipe.section import Section
from gankit.recipe.settings import Scoring, directions
from gankit.run import score_file
from gankit.run import scores as lines
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.folder import RunFolder
from gankit.scoring.evaluate import measure
from gankit.scoring.self_test import metric_inputs

pytestmark = pytest.mark.anywhere


def told(step, value, by="x", way="low", stage=0, verb="run"):
    """Return a line as a run writes it."""
    where = {"verb": verb, "stage": stage, "step": step, "checkpoint": Place(steps=step).name}
    scores = {"scores": {"x": value}, "titles": {"x": "x"}, "features": "pixels"}
    return where | scores | {"epoch": step, "better": {"x": way}, "best_by": by}


@pytest.fixture
def scored(tmp_path):
    """Write down lines, with the checkpoints that are kept; return the run's folder."""

    def write(*told_lines, kept=()):
        run = RunFolder(tmp_path)
        for line in told_lines:
            score_file.add(run.scores, line)
        for step in kept:
            (run.checkpoints / Place(steps=step).name).mkdir(parents=True)
        return run

    return write


@pytest.mark.parametrize(
    ("way", "values", "best"),
    [
        ("low", (3, 1, 2), 2),
        ("high", (3, 1, 2), 1),
        ("low", (2, 2, 2), 1),
        ("low", (2, None, 3), 1),
    ],
)
def test_the_best_is_the_first_of_the_lowest_or_the_highest(scored, way, values, best):
    run = scored(*(told(s, v, way=way) for s, v in enumerate(values, 1)), kept=(1, 2, 3))
    standing = lines.standing(run)
    assert (standing.last["step"], standing.best["step"]) == (3, best)


def test_only_a_checkpoint_that_is_there_or_comes_is_the_best(scored):
    run = scored(told(1, 1.0), told(2, 3.0), told(3, 2.0), told(4, 1.5), kept=(2, 3))
    assert lines.standing(run).best["step"] == 3
    assert lines.standing(run, coming=Place(steps=4).name).best["step"] == 4


def test_a_stage_has_a_best_of_its_own_and_other_verbs_do_not_count(scored):
    run = scored(told(1, 0.1), told(2, 5.0, stage=1), told(3, 9.0, stage=1), kept=(1, 2, 3))
    score_file.add(run.scores, told(3, 0.0, verb="score"))
    assert lines.standing(run).best["step"] == 2


def test_without_a_score_that_tells_there_is_no_best(scored):
    assert lines.standing(scored()) is None
    standing = lines.standing(scored(told(1, 1.0, by=None), kept=(1,)))
    assert standing.last["step"] == 1 and standing.best is None


def test_what_a_killed_run_had_scored_later_is_forgotten_and_nothing_else(scored):
    run = scored(told(1, 1.0), told(2, 2.0), told(2, 7.0, verb="score"), told(3, 3.0))
    with run.scores.open("a") as file:
        file.write('{"verb": "run", "st')
    score_file.forget(run.scores, 2)
    left = [json.loads(text) for text in run.scores.read_text().splitlines()]
    assert [(e["verb"], e["step"]) for e in left] == [("run", 1), ("run", 2), ("score", 2)]


def test_what_is_no_number_is_null():
    scores = SimpleNamespace(values={"a": np.nan, "b": np.float64(2)}, as_dict=dict)
    line = lines.line("run", Place(1, 2, 0, 36), 5, scores, {"b": "low", "c": "low"}, "b")
    assert json.loads(json.dumps(line, allow_nan=False)) == {
        "verb": "run",
        "stage": 1,
        "epoch": 5,
        "step": 36,
        "checkpoint": "step-000000036",
        "scores": {"a": None, "b": 2.0},
        "better": {"b": "low"},
        "best_by": "b",
    }


# Checkpoints


@pytest.fixture
def saved(tmp_path):
    """Save four checkpoints, of which the first is the best."""
    checkpoints, variable = Checkpoints(tmp_path / "checkpoints"), keras.Variable(np.ones(3))
    optimizer = SimpleNamespace(variables=[])
    gan = SimpleNamespace(
        variables=[variable], metrics_variables=[], optimizer=optimizer, settle=lambda: None
    )
    for step in (1, 2, 3, 4):
        variable.assign(np.full(3, step))
        checkpoints.save(gan, Place(steps=step), Place(steps=1).name)
    return checkpoints


def value(checkpoint):
    return next(iter(checkpoint.arrays.values()))[0]


def test_the_newest_two_and_the_best_are_kept(saved):
    assert saved.names() == [Place(steps=step).name for step in (1, 3, 4)]
    assert value(saved.newest()) == value(saved.find("last")) == 4
    assert value(saved.find("best")) == 1
    assert value(saved.find("step-000000003")) == 3


def test_the_one_that_was_the_best_is_kept_no_longer(saved):
    saved.mark("step-000000003")
    saved.mark("step-000000009")  # there is none
    assert saved.best == "step-000000003"
    variable = SimpleNamespace(path="v", value=np.ones(3))
    rest = {"metrics_variables": [], "optimizer": SimpleNamespace(variables=[])}
    gan = SimpleNamespace(variables=[variable], settle=lambda: None, **rest)
    saved.save(gan, Place(steps=5), "step-000000005")
    assert saved.names() == [Place(steps=step).name for step in (4, 5)]


def test_a_checkpoint_that_is_not_there_or_damaged_is_an_error(saved):
    with pytest.raises(
        GankitError, match=r'no checkpoint "step-000000002". Allowed: last, best, st'
    ):
        saved.find("step-000000002")
    (saved.folder / "step-000000001/state.npz").write_bytes(b"")
    with pytest.raises(GankitError, match="is damaged: its digest differs"):
        saved.find("best")
    (saved.folder / "best").unlink()
    with pytest.raises(GankitError, match=r'no checkpoint "best". Allowed: last, step') as caught:
        saved.find("best")
    assert "[[metrics]]" in caught.value.hint


# Metrics


def test_a_metric_says_which_way_its_scores_are_better():
    @gankit.better("high")
    def both_ways(real, fake):
        return 1.0

    assert both_ways(0, 0) == 1.0
    assert directions(Part("metrics", "both-ways", "here", both_ways)) == {"both_ways": "high"}
    assert directions(Part("metrics", "plain", "here", lambda real: 0)) == {}
    with pytest.raises(GankitError, match=r'"low" or "high". Received: .lower'):
        gankit.better(a="low", b="lower")


def test_the_scores_that_tell_are_scores_that_are_found():
    inputs = metric_inputs()["another draw"]
    for name, part in metrics("clusters", "kernel-distance", "memorisation", "prdc").items():
        assert directions(part).keys() <= measure(name, part, inputs).keys()


# Recipes

PIXELS = Section("pixels", {}, PARTS.find("features", "pixels"))
METRIC = 'metrics=[{name="prdc"}]'


def test_metrics_have_options_and_scoring_has_defaults():
    recipe = read(MINIMAL, 'metrics=[{name="prdc", neighbours=3}, {name="ms-ssim"}]')
    assert [metric.options for metric in recipe.metrics] == [{"neighbours": 3}, {"pairs": 1000}]
    assert recipe.scoring == Scoring(every=1, count=2000, features=PIXELS, best=None)
    assert read(recipe.to_toml()) == recipe
    assert read(MINIMAL).metrics == ()
    assert "scoring" not in read(MINIMAL).to_toml()  # where nothing is scored
    assert "every = 2" in read(MINIMAL, "scoring.every=2").to_toml()
    x, y = np.random.default_rng(0).standard_normal((2, 50, 3))
    expected = recipe.metrics[0].part.load()(x, y, 3)
    assert recipe.metrics[0].bound().load()(real=x, fake=y) == expected


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ("metrics=1", "metrics", "valid array"),
        (
            'metrics=[{name="prcd"}]',
            "metrics.0.name",
            'is not a known metric. Did you mean "prdc"?',
        ),
        ('metrics=[{name="prdc", k=3}]', "metrics.0.k", "Allowed: name, neighbours"),
        ('metrics=[{name="prdc", real=3}]', "metrics.0.real", "is unknown"),
        ('metrics=[{name="prdc"}, {name="prdc"}]', "metrics.1.name", "is listed twice"),
        ("scoring.every=0", "scoring.every", "greater than or equal to 1"),
        ("scoring.often=1", "scoring.often", "gankit show scoring"),
        ('scoring.best="recall"', "scoring.best", 'Allowed: none. Received: "recall"'),
    ],
)
def test_a_problem_of_scoring_is_named_with_its_place(change, place, said):
    found = problems(MINIMAL, change)
    assert list(found) == [place] and said in found[place]


def test_features_have_options_as_other_parts_have():
    table = 'scoring.features={name="keras", network="MobileNetV2", weights="w.h5"}'
    recipe = read(MINIMAL, METRIC, table)
    assert recipe.scoring.features.options == {"network": "MobileNetV2", "weights": "w.h5"}
    assert read(recipe.to_toml()) == recipe
    assert 'weights = "w.h5"' in recipe.to_toml()
    whole = read(MINIMAL, METRIC, 'scoring.features={name="inception-fid"}').scoring.features
    assert whole.options == {"weights": None, "download": False}
    assert read(MINIMAL, METRIC, table, 'scoring.features.weights="v.h5"').scoring.features.options[
        "weights"
    ] == ("v.h5")


@pytest.mark.parametrize(
    ("features", "place", "said"),
    [
        ('"pixel"', "", 'Did you mean "pixels"?'),
        ('"keras:MobileNetV2"', "", "require weights\n→ set them in a table"),
        ('"pixels:16"', "", "have no option network"),
        ("3", "", "valid string"),
        ('{name="inception"}', ".name", "is not a known feature extractor"),
        ('{weights="w.h5"}', ".name", "gankit list features"),
        ('{name="inception-fid", weigths="w.pth"}', ".weigths", 'Did you mean "weights"?'),
        ('{name="inception-fid", weights=3}', ".weights", "valid string"),
        ('{name="keras", network="VGG19"}', ".weights", "is missing"),
        ('{name="classifier", data=1}', ".data", "is unknown"),
    ],
)
def test_a_problem_of_features_is_named_with_its_place(features, place, said):
    found = problems(MINIMAL, METRIC, f"scoring.features={features}")
    assert list(found) == [f"scoring.features{place}"]
    assert said in found[f"scoring.features{place}"]


def test_the_best_is_chosen_by_a_score_that_tells():
    chosen = 'metrics=[{name="prdc"}]'
    assert read(MINIMAL, chosen, 'scoring.best="recall"').scoring.best == "recall"
    for other in ("density", "recal"):
        said = problems(MINIMAL, chosen, f'scoring.best="{other}"')["scoring.best"]
        assert "Allowed: precision, recall, coverage" in said
    assert 'Did you mean "recall"?' in said
