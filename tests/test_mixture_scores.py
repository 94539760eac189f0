"""gankit score --ensemble: the scores of a mixture of runs."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_runs import RECIPE, made_run

import gankit as g
from gankit.run.checkpoint import Checkpoints, Place

pytestmark = pytest.mark.anywhere

PARTS = Path(__file__).with_name("small_parts.py")
PLAIN = RECIPE.split("[[stabilizers]]")[0]
BRIGHTNESS = """
import gankit


def brightness(fake_images):
    levels = len(set(fake_images.mean((1, 2, 3))))
    return {"brightness": float(fake_images.mean()), "levels": levels}


@gankit.hookimpl
def gankit_metrics():
    return {"brightness": brightness}
"""
LEVELS = (-0.5, 0.75)  # all pixels of the samples of each run


def constant_run(folder, level, recipe=PLAIN):
    """Return the folder of a run whose generator draws images of one level only."""
    folder.mkdir()
    run, gan = made_run(folder, [PARTS], recipe)
    kernel, bias = gan.networks["generator"].layers[-1].trainable_variables
    kernel.assign(np.zeros(kernel.shape))
    bias.assign([np.arctanh(level)])
    Checkpoints(run.checkpoints).save(gan, Place(steps=41))
    return run.path


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("constant")
    return [constant_run(folder / f"run{i}", level) for i, level in enumerate(LEVELS)]


@pytest.fixture
def plugin(tmp_path):
    (tmp_path / "brightness.py").write_text(BRIGHTNESS)
    return [PARTS, tmp_path / "brightness.py"]


def test_a_mixture_of_one_run_has_its_scores(tmp_path):
    run, _ = made_run(tmp_path, [PARTS])
    options = {"plugin": [PARTS], "metrics": "frechet-distance,prdc,ms-ssim", "count": 30}
    alone, mixed = (g.score(run.path, ensemble=e, **options) for e in (False, True))
    assert mixed.values == alone.values and len(alone.values) >= 6
    assert mixed.provenance == alone.provenance


@pytest.mark.parametrize(
    ("weights", "fractions"),
    [(None, (0.5, 0.5)), ((3, 1), (0.75, 0.25)), ("1,3", (0.25, 0.75)), ((0, 2), (0, 1))],
)
def test_samples_are_drawn_by_the_weights_of_the_runs(runs, plugin, weights, fractions):
    found = g.score(
        *runs, ensemble=True, weights=weights, plugin=plugin, metrics="brightness", count=2000
    ).values
    expected = sum(p * level for p, level in zip(fractions, LEVELS))
    spread = (LEVELS[1] - LEVELS[0]) * np.sqrt(fractions[0] * fractions[1] / 2000)
    assert found["brightness"] == pytest.approx(expected, abs=4 * spread + 1e-5)
    assert found["levels"] == np.count_nonzero(fractions)


def test_provenance_names_every_run_and_its_weight(gankit, runs, plugin):
    words = ["--plugin", plugin[0], "--plugin", plugin[1], "--metrics", "brightness"]
    words += ["--count", 20, "--ensemble", "--weights", "3,1"]
    code, out, error = gankit("score", *runs, *words, "--json")
    assert code == 0, error
    told = json.loads(out)
    for run, fraction in zip(runs, ("0.75", "0.25")):
        assert f"{fraction} × {run}, step 41, epoch 0" in told["generated"]
    *_, line = map(json.loads, (runs[0] / "ensembles.jsonl").read_text("utf-8").splitlines())
    assert line["verb"] == "ensemble" and line["scores"] == told["scores"]
    members = [(each["run"], each["fraction"], each["step"]) for each in line["runs"]]
    assert members == [(str(runs[0]), 0.75, 41), (str(runs[1]), 0.25, 41)]
    assert not (runs[0] / "scores.jsonl").exists()
    code, out, _ = gankit("score", *runs, *words)
    assert code == 0 and "a mixture: 0.75 × " in " ".join(out.split())


def test_the_mixture_is_that_of_gankit_sample(gankit, runs, plugin, tmp_path):
    words = ["--ensemble", "--weights", "2,1", "--count", 40, "--seed", 3]
    words += ["--plugin", plugin[0], "--plugin", plugin[1]]
    code, _, error = gankit("sample", *runs, *words, "--out", tmp_path / "drawn")
    assert code == 0, error
    from PIL import Image

    drawn = [np.asarray(Image.open(path)).mean() for path in (tmp_path / "drawn").iterdir()]
    bright = np.mean(np.array(drawn) > 128)
    code, out, _ = gankit("score", *runs, *words, "--metrics", "brightness", "--json")
    expected = bright * LEVELS[1] + (1 - bright) * LEVELS[0]
    assert json.loads(out)["scores"]["brightness"] == pytest.approx(expected, abs=1e-4)


def test_what_does_not_fit_is_an_error(gankit, runs, plugin, tmp_path):
    words = ["--plugin", plugin[0], "--plugin", plugin[1], "--metrics", "brightness"]
    few = constant_run(tmp_path / "few", 0.0, PLAIN.replace('"blobs"', '"blobs"\ncount = 80'))
    large = constant_run(tmp_path / "large", 0.0, PLAIN.replace('"blobs"', '"blobs"\nsize = 16'))
    for other, says in ((few, "blobs, 8 × 8 × 1, digest"), (large, "blobs, 16 × 16 × 1, digest")):
        code, _, error = gankit("score", runs[0], other, "--ensemble", *words)
        error = " ".join(error.split())
        assert code == 1 and "the runs of an ensemble must have the same data" in error
        assert says in error
    for weights, says in (("1", "2 runs needs 2 weights"), ("vgg.h5", "are numbers W,W")):
        given = ("--ensemble", "--weights", weights)
        code, _, error = gankit("score", *runs, *given, *words)
        assert code == 1 and says in " ".join(error.split())
    code, _, error = gankit("score", *runs, *words)
    assert code == 1 and "are runs, not folders of images" in " ".join(error.split())
    code, _, error = gankit("score", *runs, runs[0], *words)
    assert code == 2 and "--ensemble" in error
