"""gankit compare: what differs, which scores are comparable, and samples from equal noise."""

import numpy as np
import pytest
from PIL import Image
from run_folders import RECIPE, Parsed, scored, write_run
from test_terminal import on_a_terminal
from trained_runs import PARTS
from trained_runs import RECIPE as BLOBS

import gankit as public
from gankit import GankitError
from gankit.reporting.differences import differences
from gankit.reporting.run_data import read_run
from gankit.reporting.score_history import score_histories
from gankit.reporting.score_table import LEGEND, score_rows

pytestmark = pytest.mark.anywhere

OTHER = RECIPE.replace("0.9", "0.5").replace('"bce"', '"hinge"').replace("count = 96\n", "")


@pytest.fixture
def runs(tmp_path):
    """Two runs of recipes that differ."""
    one = write_run(tmp_path / "one", 3, scores=[scored(1, 5.0), scored(2, 2.0), scored(3, 3.0)])
    two = write_run(tmp_path / "two", 2, OTHER, scores=[scored(1, 4.0), scored(2, 6.0)])
    return one, two


# Settings


def test_settings_that_differ_have_dotted_keys():
    one = {"seed": 1, "training": {"epochs": 4, "size": 8}, "players": {"d": {"rate": 0.1}}}
    two = {"seed": 1, "training": {"epochs": 5, "size": 8}, "players": {"d": {"rate": 0.2}}}
    assert differences([one, two]) == {
        "training.epochs": ["4", "5"],
        "players.d.rate": ["0.1", "0.2"],
    }
    assert differences([one, one, one]) == {}
    assert differences([{"a": 1}, {}, {"a": True}]) == {"a": ["1", "–", "true"]}


def test_parts_are_told_apart_by_name_whatever_their_order():
    ema, noise = {"name": "ema", "decay": 0.9}, {"name": "noise", "amount": 0.1}
    alone = {"stabilizers": [{"name": "ema", "decay": 0.8}]}
    assert differences([{"stabilizers": [noise, ema]}, alone]) == {
        "stabilizers.noise": ["amount 0.1", "–"],
        "stabilizers.ema.decay": ["0.9", "0.8"],
    }
    assert differences([{"stabilizers": [ema, noise]}, {"stabilizers": [noise, ema]}]) == {}
    twice = differences([{"stabilizers": [ema, ema]}, {"stabilizers": [ema]}])
    assert twice == {"stabilizers.ema-2": ["ema (decay 0.9)", "–"]}
    assert differences([{"stabilizers": [ema]}, {"stabilizers": []}, {}]) == {
        "stabilizers.ema": ["decay 0.9", "–", "–"]
    }


def test_another_part_is_one_difference():
    found = differences([{"loss": {"name": "bce"}}, {"loss": {"name": "hinge", "margin": 1.0}}])
    assert found == {"loss": ["bce", "hinge (margin 1.0)"]}


# Scores


def test_the_last_and_the_best_score_of_each_run(runs):
    found = score_histories([read_run(run) for run in runs])
    assert [(s.run, s.last, s.best) for s in found.histories] == [
        (0, (3, 3.0), (2, 2.0)),
        (1, (2, 6.0), (1, 4.0)),
    ]
    assert len(found.protocols) == 1 and found.differences() == {}


@pytest.mark.parametrize(("better", "best"), [("low", (2, 2.0)), ("high", (1, 5.0)), (None, None)])
def test_the_best_is_what_the_metric_calls_better(tmp_path, better, best):
    lines = [scored(1, 5.0, better), scored(2, 2.0, better), scored(3, 3.0, better)]
    (found,) = score_histories([read_run(write_run(tmp_path / "run", scores=lines))]).histories
    assert found.best == best


@pytest.mark.parametrize("differs", ["features", "weights", "real_count", "real_digest", "gankit"])
def test_scores_made_differently_cannot_be_compared(gankit, tmp_path, differs):
    one = write_run(tmp_path / "one", scores=[scored(1, 5.0)])
    two = write_run(tmp_path / "two", scores=[scored(1, 4.0, **{differs: "other"})])
    code, out, err = gankit("compare", one, two, "--count", 0)
    assert code == 0
    assert "not comparable" in err and differs.replace("_", " ") in err
    assert "distance ↓  A" in out and "distance ↓  B" in out
    assert "not comparable" in (tmp_path / "compare.html").read_text("utf-8")


@pytest.mark.parametrize("differs", ["generated", "averaged", "seed", "backend", "real"])
def test_scores_of_other_samples_can_be_compared(gankit, tmp_path, differs):
    one = write_run(tmp_path / "one", scores=[scored(1, 5.0)])
    two = write_run(tmp_path / "two", scores=[scored(1, 4.0, **{differs: "other"})])
    assert gankit("compare", one, two, "--count", 0)[2] == ""


def test_the_best_run_of_a_metric_is_bold_and_values_of_other_protocols_are_apart(tmp_path):
    one = write_run(tmp_path / "one", scores=[scored(1, 5.0), scored(2, 3.0)])
    two = write_run(tmp_path / "two", scores=[scored(1, 4.0), scored(2, 6.0)])
    three = write_run(tmp_path / "three", scores=[scored(1, 1.0, features="other")])
    first, other = score_rows(score_histories([read_run(r) for r in (one, two, three)]), 3)
    assert first.cells() == ["3", "6 (4)", "–"] and first.best == {0}
    assert other.cells() == ["–", "–", "1"] and other.best == set()
    assert (first.head(True), other.head(True)) == ("distance ↓  A", "distance ↓  B")
    page = Parsed(public.compare([one, two, three], count=0, out=tmp_path).page.path)
    assert [text for _, _, text in page.all("b")] == ["3"]
    assert len(page.all("details")) == 2


def test_runs_with_equal_scores_are_not_bold(tmp_path):
    runs = [write_run(tmp_path / name, scores=[scored(1, 5.0)]) for name in "ab"]
    (row,) = score_rows(score_histories([read_run(run) for run in runs]), 2)
    assert row.best == set()


# The verb


def test_what_is_printed_fits_a_terminal(gankit, runs):
    code, out, err = gankit("compare", *runs, "--count", 0)
    assert (code, err) == (0, "")
    shown = " ".join(out.split())
    assert "stabilizers.ema.decay 0.9 0.5" in shown and "dataset.count 96 –" in shown
    assert "one two distance ↓ 3 (2) 6 (4)" in shown and "made A" not in shown
    assert max(len(line) for line in out.splitlines() if line != LEGEND) <= 80
    assert "made A features pixels" in " ".join(gankit("compare", *runs, "-v")[1].split())
    assert "wrote compare.html" in out


def test_no_line_is_longer_than_a_terminal(runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    long = RECIPE.replace('"blobs"', f'"{"a-name-" * 20}"')
    other = write_run(tmp_path / "a-run-of-a-long-name", 2, long, scores=[scored(1, 4.0, seed=9)])
    apart = write_run(tmp_path / "apart", 1, scores=[scored(1, 4.0, features="inception-fid")])
    said = on_a_terminal("compare", *map(str, (*runs, other, apart)), "--count", "0", NO_COLOR="1")
    told = ("(count 96)", "↓ A", "↓ B", "not comparable", "wrote compare.html")
    assert all(words in " ".join(said.split()) for words in told)
    assert max(map(len, said.splitlines())) <= 80


def test_the_curves_of_all_runs_are_on_one_chart(gankit, runs, tmp_path):
    gankit("compare", *runs, "--count", 0)
    charts = {chart["title"]: chart["series"] for chart in Parsed(tmp_path / "compare.html").charts}
    losses = {series["label"]: series for series in charts["d_loss"]}
    assert losses["one"]["y"] == [1, 0.5, 0.333333] and losses["two"]["y"] == [1, 0.5]
    assert losses["one"]["colour"] != losses["two"]["colour"]
    assert [series["label"] for series in charts["distance"]] == ["one", "two"]


def test_runs_that_are_one_run_are_an_error(gankit, runs):
    for words in ((), (runs[0],), (runs[0], runs[0].parent / "two" / ".." / "one")):
        code, _, err = gankit("compare", *words, "--count", 0)
        assert code == (1 if words else 2)
        assert not words or "two different runs" in err
    assert gankit("compare", runs[0], runs[1], runs[0], "--count", 0)[0] == 0
    with pytest.raises(GankitError, match="two different runs"):
        public.compare([runs[0]])


def test_runs_of_one_name_are_called_by_their_paths(gankit, runs, tmp_path):
    again = write_run(tmp_path / "more" / "one")
    found = public.compare([runs[0], again, runs[1]], count=0, out=tmp_path)
    assert found.names == [str(runs[0]), str(again), "two"]


def test_equal_recipes_without_an_epoch(gankit, tmp_path):
    runs = [write_run(tmp_path / name, 0, sheets=()) for name in "ab"]
    code, out, err = gankit("compare", *runs, "--count", 0)
    assert (code, err) == (0, "") and "no setting differs" in out
    assert "No run has finished an epoch yet" in (tmp_path / "compare.html").read_text("utf-8")


def test_warnings_at_the_start_of_a_run_are_repeated(gankit, tmp_path):
    write_run(tmp_path / "one", 1)
    write_run(tmp_path / "two", 1, spec={"warnings": ["they do not fit"]})
    code, _, err = gankit("compare", "one", "two", "--count", 0)
    assert code == 0 and "warning: two: they do not fit" in err
    page = (tmp_path / "compare.html").read_text("utf-8")
    assert "Warning at the start of two: they do not fit" in page


# Samples


def play(gankit, tmp_path, name, *words):
    (tmp_path / "blobs.toml").write_text(BLOBS)
    changes = ("--set", "training.epochs=1", "--plugin", PARTS, "--out", name)
    code, _, err = gankit("run", "blobs.toml", *changes, *words)
    assert code == 0, err
    return tmp_path / name


@pytest.mark.long
def test_samples_of_another_checkpoint(gankit, tmp_path):
    one, two = (play(gankit, tmp_path, name) for name in ("one", "two"))
    (one / "checkpoints/best").write_text("step-000000010\n")
    words = (one, two, "--count", 9, "--plugin", PARTS)
    code, _, err = gankit("compare", *words, "--checkpoint", "best")
    assert code == 0 and "no samples of two" in err and 'no checkpoint "best"' in err
    (best,) = Parsed(tmp_path / "compare.html").images
    sheets = {}
    for name, way in (("step-000000010", "-checkpoint-step-000000010"), ("last", "")):
        gankit("sample", one, *words[2:], "--grid", "--checkpoint", name, "--out", "drawn")
        sheets[name] = np.asarray(Image.open(tmp_path / f"drawn/sheet-0{way}.png"))
    np.testing.assert_array_equal(np.asarray(best), sheets["step-000000010"])
    assert not np.array_equal(np.asarray(best), sheets["last"])
    assert gankit("compare", *words, "--checkpoint", "step-000000010")[2] == ""
    page = Parsed(tmp_path / "compare.html")
    np.testing.assert_array_equal(np.asarray(page.images[0]), np.asarray(best))
    assert "--checkpoint step-000000010" in page.text and page.text.count("step 10, ") == 2


@pytest.mark.long
def test_samples_are_from_equal_noise_and_those_that_sample_draws(gankit, tmp_path):
    runs = [
        play(gankit, tmp_path, "one"),
        play(gankit, tmp_path, "two", "--set", "seed=8"),
        play(gankit, tmp_path, "wide", "--set", "architecture.latent=6"),
        write_run(tmp_path / "bare", recipe=(tmp_path / "one/recipe.toml").read_text()),
    ]
    code, _, err = gankit("compare", *runs, "--seed", 3, "--count", 9, "--plugin", PARTS)
    assert code == 0, err
    assert "no samples of bare" in err and "has no checkpoint yet" in err
    page = Parsed(tmp_path / "compare.html")
    noises = [
        attributes["data-noise"] for _, attributes, _ in page.all("div", **{"class": "sheet tiles"})
    ]
    assert noises == ["0", "0", "1"]
    assert "Noise is equal only between runs" in page.text
    for run, image in zip(runs, page.images, strict=False):
        words = ("--count", 9, "--seed", 3, "--grid", "--out", run.name + "-sheet")
        assert gankit("sample", run, *words, "--plugin", PARTS)[0] == 0
        expected = Image.open(tmp_path / f"{run.name}-sheet" / "sheet-3.png")
        np.testing.assert_array_equal(np.asarray(image), np.asarray(expected))
    sheets = [np.asarray(image) for image in page.images]
    assert len(sheets) == 3 and not np.array_equal(sheets[0], sheets[1])
