"""Reports of scores as a run writes them."""

from dataclasses import replace

import pytest
from run_folders import Parsed, write_run

import gankit
from gankit.run import score_file
from gankit.run import scores as lines
from gankit.run.checkpoint import Place
from gankit.scoring.evaluate import Provenance, Scores

pytestmark = pytest.mark.anywhere

MADE = Provenance(
    *("the 96 of blobs", "all", "made, step 12", None, 0, "torch"),
    *("classifier", "abc", "none", 0.98765, 96, "def", "none", 100, "0.1.0"),
)
NO_CLASSES = replace(MADE, features="pixels", accuracy=None)
TITLES = {"frechet_distance": "frechet_distance (classifier)", "recall": "recall"}


def write(run, score, values, made=MADE):
    """Write a score of some epochs as a run does."""
    for epoch, value in enumerate(values, 1):
        scores = Scores({score: value}, TITLES, {}, made)
        new = lines.line("run", Place(steps=12 * epoch), epoch, scores, {score: "low"}, score)
        score_file.add(run / "scores.jsonl", new)


def test_scores_of_a_run_are_told_by_their_titles(tmp_path):
    run = write_run(tmp_path / "run")
    write(run, "frechet_distance", (5.0, float("nan"), 2.0))
    page = Parsed(gankit.report(run).path)
    (chart,) = (c for c in page.charts if c["title"] == TITLES["frechet_distance"])
    (series,) = chart["series"]
    assert (series["x"], series["y"]) == ([1, 3], [5.0, 2.0])
    assert {m["text"]: (m["x"], m["y"]) for m in series["marks"]} == {
        "last": (3, 2.0),
        "best": (3, 2.0),
    }
    assert TITLES["frechet_distance"] in {text for _, _, text in page.all("th")}
    told = {text for _, _, text in page.all("dd")}
    assert {"all", "0.9877"} <= told and "titles" not in {t for _, _, t in page.all("dt")}


def test_no_accuracy_is_told_of_features_without_classes(tmp_path):
    for name, made, told in (("with", MADE, True), ("without", NO_CLASSES, False)):
        run = write_run(tmp_path / name)
        write(run, "frechet_distance", (5.0, 2.0), made)
        page = Parsed(gankit.report(run).path)
        assert ("accuracy" in {text for _, _, text in page.all("dt")}) == told
        assert "not known" not in {text for _, _, text in page.all("dd")}


def test_a_score_that_is_always_the_same_is_told_without_a_chart(tmp_path):
    run = write_run(tmp_path / "run")
    write(run, "recall", (0.0, 0.0, 0.0))
    page = Parsed(gankit.report(run).path)
    assert "recall" not in {chart["title"] for chart in page.charts}
    assert "always 0" in {text for _, _, text in page.all("td")}
    other = write_run(tmp_path / "other")
    write(other, "recall", (0.5, 0.5))
    page = Parsed(gankit.compare([run, other], count=0, out=tmp_path).page.path)
    assert "recall" in {chart["title"] for chart in page.charts}  # of runs that differ
