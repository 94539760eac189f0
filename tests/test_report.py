"""gankit report: the page tells what the run's files do, whatever state they are in."""

import base64
import csv
import hashlib
import io
import json
import re
import shlex
import shutil

import numpy as np
import pytest
from PIL import Image
from run_folders import RECIPE, Parsed, scored, write_run

import gankit as public
from gankit import GankitError
from gankit.reporting import run_body
from gankit.reporting.charts import thinned
from gankit.reporting.embedded_images import chosen, data_uri, sheet
from gankit.reporting.markup import coloured, tag
from gankit.reporting.page import embedded
from gankit.reporting.run_data import read_run
from gankit.run.folder import RunFolder

pytestmark = pytest.mark.anywhere


@pytest.fixture
def run(tmp_path):
    lines = [scored(1, 5.0), scored(2, 2.0), scored(3, 3.0)]
    return write_run(tmp_path / "runs" / "blobs-1", scores=lines)


def page_of(run):
    return Parsed(public.report(run).path)


# The page


def test_a_page_needs_nothing_else(run):
    page = page_of(run)
    sources = [attributes.get(name, "") for _, attributes, _ in page.elements for name in LINKS]
    assert all(source.startswith(("", "#", "data:")) for source in sources)
    assert [s for s in sources if s and s[0] != "#" and not s.startswith("data:image/")] == []
    assert "://" not in page.text and "@import" not in page.text
    assert len(page.all("h1")) == 1 and len(page.all("title")) == 1


LINKS = ("src", "href", "srcset", "action", "data", "poster")


def test_the_browser_is_told_to_run_only_the_page_s_scripts(run):
    page = page_of(run)
    scripts = [text for _, attributes, text in page.all("script") if "type" not in attributes]
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    ((_, policy, _),) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert re.findall("'sha256-(.*?)'", policy["content"]) == digests and len(digests) == 2
    assert policy["content"].startswith("default-src 'none'")


def test_curves_are_those_of_the_history(run):
    with (run / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {s["label"]: s for chart in page_of(run).charts for s in chart["series"]}
    for column in rows[0].keys() - {"epoch", "step"}:
        assert found[column]["x"] == [1, 2, 3]
        values = [float(row[column]) for row in rows]
        assert found[column]["y"] == [None if np.isnan(v) else v for v in values]
    assert found.keys() == rows[0].keys() - {"epoch", "step"} | {"distance"}


def test_players_share_a_chart_for_each_quantity(run):
    charts = {c["title"]: [s["label"] for s in c["series"]] for c in page_of(run).charts}
    assert charts["Losses"] == ["d_loss", "g_loss"]
    assert charts["Accuracies"] == ["d_acc", "d_real_acc", "d_fake_acc", "g_acc"]
    assert charts["Gradient norms"] == ["d_grad_norm", "g_grad_norm"]
    assert {"r1", "Speed"} < charts.keys()


def test_sheets_are_those_of_the_run(run):
    images = page_of(run).images
    files = sorted((run / "samples").glob("*.png"))
    assert len(images) == len(files) == 4
    for image, file in zip(images, files):
        np.testing.assert_array_equal(np.asarray(image), np.asarray(Image.open(file)))


def test_sheets_are_in_the_order_of_their_epochs(tmp_path):
    run = write_run(tmp_path / "run", sheets=(1000, 2, 999))
    (run / "samples" / "mine.png").write_bytes(b"")
    assert list(RunFolder.open(run).sheets()) == [2, 999, 1000]


def test_scores_come_with_how_they_were_made_and_best_and_last_are_marked(run):
    page = page_of(run)
    (chart,) = (c for c in page.charts if c["title"] == "distance")
    assert chart["note"] == "Lower is better."
    marks = {m["text"]: (m["x"], m["y"]) for m in chart["series"][0]["marks"]}
    assert marks == {"last": (3, 3.0), "best": (2, 2.0)}
    told = [text for _, _, text in page.all("dd")]
    assert {"pixels", "96", "abc", "100"} <= set(told)
    assert any("runs/blobs-1, step 12" in text and "averaged yes" in text for text in told)


def test_what_is_written_in_the_files_stays_text(tmp_path):
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    recipe = RECIPE + f'[extra]\nname = "{evil}"\n'
    lines = [scored(1, 1.0, features=evil), scored(2, 2.0, features=evil)]
    run = write_run(tmp_path / "a<b>&amp;'c", recipe=recipe, scores=lines)
    text = (run / "history.csv").read_text().replace("r1", evil)
    (run / "history.csv").write_text(text)
    page = page_of(run)
    assert len(page.all("script")) == 3
    assert all("onerror" not in attributes for _, attributes, _ in page.elements)
    assert page.all("h1")[0][2] == "a<b>&amp;'c"
    assert evil in {chart["title"] for chart in page.charts}
    assert evil in {text for _, _, text in page.all("dd")}


def test_json_in_a_page_is_read_as_it_was_and_ends_no_element():
    data = {"a": "</script><!--&\u2028é", "b": [1.5, None]}
    assert json.loads(embedded(data)) == data
    assert not set("<>&\u2028") & set(embedded(data))
    with pytest.raises(ValueError, match="JSON"):
        embedded(float("nan"))


def test_the_recipe_is_shown_as_it_is(run):
    text = (run / "recipe.toml").read_text()
    assert re.sub("<[^>]*>", "", coloured(text)) == text.replace('"', "&quot;")
    assert tag("span", "seed", class_="t-key") in coloured("seed = 42")
    assert tag("span", "[loss]", class_="t-head") in coloured("[loss]\n")


# Runs in any state


def test_no_keras_is_needed(python, run):
    program = (
        "import sys, gankit; gankit.report(sys.argv[1]); gankit.compare(sys.argv[1:], count=0); "
        "print({'keras', 'tensorflow', 'jax', 'torch', 'tensorboard'} & {*sys.modules})"
    )
    other = write_run(run.parent / "other", 1)
    assert python("-c", program, run, other).stdout == "set()\n"


@pytest.mark.parametrize("epochs", [0, 1])
def test_a_run_that_has_just_begun(gankit, tmp_path, epochs):
    run = write_run(tmp_path / "run", epochs, sheets=range(epochs))
    code, out, err = gankit("report", "run")
    assert (code, err) == (0, "") and "run/report.html" in out
    page = Parsed(run / "report.html")
    assert f"{epochs} of 4" in page.text
    assert "gankit run --resume run" in page.text and "gankit score run" in page.text
    assert ("No epoch is finished yet" in page.text) == (epochs == 0)


def test_a_run_that_was_killed_while_it_wrote_a_score(run):
    with (run / "scores.jsonl").open("a") as file:
        file.write('{"step": 36, "scores": {"dist')
    (run / "samples" / ".epoch-004.png.partial").write_bytes(b"half")
    page = page_of(run)
    assert len(page.images) == 4
    assert [m["x"] for c in page.charts for s in c["series"] for m in s["marks"]] == [3, 2]


def test_a_report_follows_a_run(run):
    public.report(run)
    again = write_run(run.parent / "more", 4)
    shutil.copy(again / "history.csv", run)
    assert page_of(run).charts[0]["series"][0]["x"] == [1, 2, 3, 4]


def test_what_is_no_run_is_an_error(gankit, tmp_path):
    code, _, err = gankit("report", "nowhere")
    assert code == 1 and "not a run" in err
    run = write_run(tmp_path / "run")
    (run / "recipe.toml").write_text("seed = ")
    code, _, err = gankit("report", "run")
    assert code == 1 and "not TOML" in err
    (run / "recipe.toml").write_text(RECIPE)
    (run / "samples" / "epoch-002.png").write_bytes(b"no image")
    code, _, err = gankit("report", "run")
    assert code == 1 and "epoch-002.png" in err


def test_where_the_page_goes(gankit, run, tmp_path):
    for out, file in (("a.html", "a.html"), ("pages", "pages/report.html")):
        assert gankit("report", run, "--out", out)[0] == 0
        assert (tmp_path / file).is_file()
    (tmp_path / "file").write_text("")
    code, _, err = gankit("report", run, "--out", "file/page.html")
    assert code == 1 and "cannot be written" in err


def test_a_notebook_shows_the_page(run):
    page = public.report(run)
    frame = Parsed.__new__(Parsed)
    super(Parsed, frame).__init__()
    frame.elements, frame._open = [], []
    frame.feed(page._repr_html_())
    ((_, attributes, _),) = frame.all("iframe")
    assert attributes["srcdoc"] == page.path.read_text("utf-8")


# What is left out, and how it is repeated


def test_a_thinned_curve_keeps_its_ends_its_extremes_and_its_gaps():
    x = list(range(10_000))
    y = np.random.default_rng(0).normal(size=10_000).cumsum().tolist()
    y[5_000] = None
    few, values = thinned(x, y, 600)
    assert len(few) <= 600 and (few[0], few[-1]) == (0, 9_999)
    known = [v for v in y if v is not None]
    assert {min(known), max(known)} <= set(values) and None in values
    assert few == sorted(set(few)) and all(y[place] == v for place, v in zip(few, values))
    assert thinned(x[:600], y[:600], 600) == (x[:600], y[:600])


def test_sheets_are_left_out_evenly(tmp_path):
    epochs = list(chosen(dict.fromkeys(range(1001), tmp_path)))
    assert len(epochs) == 40 and (epochs[0], epochs[-1]) == (0, 1000)
    assert set(np.diff(epochs)) <= {25, 26}
    assert list(chosen({3: tmp_path, 7: tmp_path})) == [3, 7]


def test_sheets_are_in_the_order_of_epochs_beyond_a_thousand(tmp_path):
    run = write_run(tmp_path / "run", 1, sheets=[999, 1000, 2])
    assert list(read_run(run).sheets) == [2, 999, 1000]


def shown(uri: str) -> np.ndarray:
    """Return the values of an image that is embedded as a data URI."""
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_a_sheet_in_colour_keeps_its_colours():
    few = np.random.default_rng(0).integers(0, 4, (30, 30, 3), dtype=np.uint8) * 85
    assert (shown(data_uri(Image.fromarray(few))) == few).all()
    x, y = np.mgrid[:256, :256]
    many = np.stack([x, y, 128 + 64 * np.sin(x / 30)], -1).astype("uint8")
    uri = data_uri(Image.fromarray(many))
    assert uri.startswith("data:image/webp;base64,")
    assert np.abs(shown(uri) - many).mean() < 2


def test_a_sheet_is_read_again_when_its_file_has_changed(tmp_path):
    path = tmp_path / "sheet.png"
    Image.new("L", (8, 8), 0).save(path)
    before = str(sheet(path, "samples"))
    assert str(sheet(path, "samples")) == before
    Image.new("L", (8, 16), 200).save(path)
    assert str(sheet(path, "samples")) != before


def test_a_step_is_an_epoch_in_decimals(run):
    data = read_run(run)
    assert [data.epoch_of(step) for step in (0, 6, 12, 30, 36, 99)] == [0, 0.5, 1, 2.5, 3, 3]


@pytest.mark.parametrize(
    ("stages", "epochs"),
    [("", 4), ("[[stages]]\n[[stages]]\ntraining.epochs = 6\n[[stages]]\n", 4 + 6 + 6)],
)
def test_the_epochs_of_all_stages_count(tmp_path, stages, epochs):
    assert read_run(write_run(tmp_path / "run", recipe=RECIPE + stages)).epochs == epochs


def test_commands_can_be_typed(tmp_path):
    run = write_run(tmp_path / "my runs" / "a b", spec={"plugins": ["my parts.py"]})
    commands = run_body.commands(read_run(run))
    again, typed, versions, resumed, more = map(shlex.split, commands.values())
    assert again[:3] == ["gankit", "run", str(run / "recipe.toml")]
    assert again[3:] == ["--plugin", "my parts.py", "--backend", "torch"]
    assert typed == ["gankit", "run", "my recipes/blobs.toml"]
    assert versions == ["pip", "install", "keras==3.15.0", "torch==2.13.0"]
    assert resumed == ["gankit", "run", "--resume", str(run), "--plugin", "my parts.py"]
    assert more.count(str(run)) == 3


def test_bad_input_of_the_function_is_an_error(tmp_path):
    with pytest.raises(GankitError, match="not a run"):
        public.report(tmp_path)
