"""gankit in Python: a run that is trained, looked at and resumed, and the notebook of the docs."""

import json

import pytest
from pages import DOCS
from reader import little
from trained_runs import PARTS, RECIPE

import gankit
from gankit import GankitError
from gankit.run import callbacks

METRICS = '[[metrics]]\nname = "far"\n'


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "blobs.toml"
    path.write_text(RECIPE + METRICS)
    return path


def test_a_run_is_trained_and_looked_at(recipe, capsys):
    changes = {"training": {"epochs": 2}, "scoring": {"count": 32}, "seed": 8}
    run = gankit.train(recipe, **changes, plugins=[PARTS])
    out = capsys.readouterr().out
    assert "training on CPU with " in out and "\n  2/2  " in out
    assert repr(run) == "gankit.Run('runs/blobs-1')"
    text = (run.path / "recipe.toml").read_text()
    assert "epochs = 2" in text and "seed = 8" in text and "batch_size = 8" in text
    assert run.history["epoch"] == [1, 2] and len(run.history["d_loss"]) == 2
    samples = run.sample(5, seed=3)
    assert samples.values.shape == (5, 8, 8, 1)
    assert (gankit.Run("runs/blobs-1", [PARTS]).sample(5, seed=3).values == samples.values).all()
    assert run.score("far", count=32).values.keys() == {"far"}
    assert run.report().path == run.path / "report.html"
    assert run._repr_png_() == (run.path / "samples/epoch-002.png").read_bytes()
    assert run.resume() is run and "finished" in capsys.readouterr().out
    assert run.resume(epochs=3).history["epoch"] == [1, 2, 3]


def test_an_interrupted_run_is_saved_and_goes_on(recipe, monkeypatch, capsys):
    listening = callbacks.Save.listening

    def interrupted(save):
        save.asked = True
        return listening(save)

    with monkeypatch.context() as patched:
        patched.setattr(callbacks.Save, "listening", interrupted)
        run = gankit.train(recipe, training={"epochs": 1}, plugins=[PARTS], out="run")
    assert "saved at step 1." in capsys.readouterr().out and not run.history
    assert run.resume().history["epoch"] == [1]


@pytest.mark.anywhere
def test_a_section_that_is_wrong_is_refused_before_there_is_a_folder(recipe, tmp_path):
    with pytest.raises(GankitError, match="epohcs"):
        gankit.train(recipe, training={"epohcs": 2}, plugins=[PARTS])
    assert not (tmp_path / "runs").exists()
    with pytest.raises(GankitError, match="nowhere is not a run"):
        gankit.Run("nowhere")


@pytest.mark.long
@pytest.mark.anywhere
def test_the_notebook_of_the_docs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "notebooks/quickstart.ipynb").read_text(encoding="utf-8")
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] for cell in cells)
    names = {}
    for cell in cells:
        program = "".join(cell["source"]).replace('"epochs": 5', '"epochs": 1')
        exec(little(program.replace("count=1000", "count=32"), tmp_path), names)
    assert names["run"].history["epoch"] == [1]
    assert names["scores"].values.keys() >= {"frechet_distance", "precision", "recall"}
    assert names["found"].settings == {"loss": ["relativistic", "hinge"]}
    assert names["page"].path.is_file()
