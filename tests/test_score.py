"""gankit score: features, provenance, runs and folders."""

import inspect
import json
import shutil

import numpy as np
import pytest
from PIL import Image
from trained_runs import PARTS, RECIPE, train

from gankit import GankitError, known_answer
from gankit.data.digest import digest
from gankit.discovery.plugins import load_plugins
from gankit.scoring.evaluate import Examples, Source, evaluate
from gankit.scoring.features import features
from gankit.scoring.folders import read_folder
from gankit.scoring.self_test import known_answers

SOURCE = Source("r", "all", "g", None, 0, "b")


CONDITIONAL = """
[dataset]
name = "npz"
path = "two.npz"
labels = "labels"

[architecture]
name = "mlp"
conditional = true
latent = 4

[loss]
name = "bce"

[training]
epochs = 1
batch_size = 16
"""


def metrics(*names):
    found = load_plugins().parts["metrics"]
    return {name: found[name] for name in names}


def folder(path, images):
    path.mkdir()
    for number, image in enumerate(images):
        Image.fromarray(image.squeeze()).save(path / f"{number:03d}.png")
    return path


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A run of one epoch."""
    recipe = RECIPE.replace("epochs = 6", "epochs = 1")
    return train(tmp_path_factory.mktemp("played"), recipe).path


@pytest.fixture
def run(gankit, played, tmp_path):
    """A copy of it."""
    return shutil.copytree(played, tmp_path / "played")


@pytest.mark.anywhere
def test_pixels_are_means_of_equal_areas():
    images = np.random.default_rng(0).uniform(-1, 1, (3, 32, 48, 2))
    blocks = images.reshape(3, 16, 2, 16, 3, 2).mean((2, 4))
    np.testing.assert_allclose(features("pixels").extract(images), blocks.reshape(3, -1))


@pytest.mark.anywhere
def test_pixels_of_a_size_that_does_not_divide_keep_the_mean():
    images = np.random.default_rng(0).uniform(-1, 1, (3, 28, 20, 1))
    found = features("pixels").extract(images)
    assert found.shape == (3, 256)
    np.testing.assert_allclose(found.mean(1), images.mean((1, 2, 3)))


@pytest.mark.anywhere
def test_small_pictures_and_points_are_their_own_features():
    for examples in (np.ones((2, 8, 8, 1)), np.ones((2, 3))):
        np.testing.assert_array_equal(
            features("pixels").extract(examples), examples.reshape(len(examples), -1)
        )


@pytest.mark.anywhere
def test_features_that_are_not_known_are_an_error():
    with pytest.raises(GankitError, match='Did you mean "pixels"'):
        features("pixel")


@pytest.mark.anywhere
def test_scores_come_with_how_they_were_made_and_say_what_is_left_out():
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 30, 8, 8, 1))
    chosen = metrics("frechet-distance", "prdc", "memorisation")
    scores = evaluate(chosen, features("pixels"), Examples(real, fake, SOURCE))
    assert set(scores.values) == {"frechet_distance", "precision", "recall", "density", "coverage"}
    assert scores.left_out == {"memorisation": "needs held_out"}
    assert scores.provenance.real_digest == digest(real) != digest(fake)
    told = scores.as_dict()
    assert told["features"] == "pixels" and told["generated_count"] == 30
    assert told["titles"]["frechet_distance"] == "frechet_distance (pixels)"
    assert told["held_out"] == "none" and told["accuracy"] is None


@pytest.mark.anywhere
def test_held_out_images_are_given_and_told():
    real, fake, held_out = np.random.default_rng(0).uniform(-1, 1, (3, 30, 8, 8, 1))
    chosen = metrics("memorisation", "memorisation-l1", "ms-ssim")
    scores = evaluate(chosen, features("pixels"), Examples(real, fake, SOURCE, held_out))
    assert not scores.left_out and "memorised_l1" in scores.values
    assert scores.provenance.held_out == f"30, digest {digest(held_out)}"
    assert scores.titles["ms_ssim"] == "ms_ssim"  # no features have a part in it


@pytest.mark.anywhere
@pytest.mark.parametrize("shape", [(9, 8, 1), (8, 8, 3), (8, 9, 1)])
def test_held_out_images_of_another_size_or_colour_are_an_error(gankit, run, tmp_path, shape):
    draw = np.random.default_rng(0)
    held_out = folder(tmp_path / "held", draw.integers(0, 256, (4, *shape), dtype="uint8"))
    size = " × ".join(map(str, shape))
    real = folder(tmp_path / "real", draw.integers(0, 256, (4, 8, 8, 1), dtype="uint8"))
    for words in ((real, real), (run, "--plugin", PARTS)):
        code, _, err = gankit("score", *words, "--held-out", held_out)
        assert code == 1 and f"image sizes differ: {size} held out, 8 × 8 × 1 in the real" in err


@pytest.mark.anywhere
def test_the_digest_is_of_content_shape_and_type():
    x = np.arange(6.0)
    assert digest(x) == digest(x.copy())
    assert len({digest(x), digest(x + 1), digest(x.reshape(2, 3)), digest(x.astype("f4"))}) == 4


@pytest.mark.anywhere
def test_two_folders_are_scored(gankit, tmp_path):
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (2, 12, 8, 8, 1), dtype=np.uint8)
    real, fake = (folder(tmp_path / n, x) for n, x in zip(("real", "fake"), images))
    code, out, _ = gankit("score", real, real, "--metrics", "frechet-distance", "--json")
    told = json.loads(out)
    assert code == 0 and told["scores"]["frechet_distance"] == pytest.approx(0, abs=1e-9)
    assert told["real_digest"] == digest(read_folder(real)) and told["real_count"] == 12
    code, out, _ = gankit("score", real, fake, "-v")
    assert code == 0 and "frechet_distance" in out and "digest" in out
    assert "without --held-out FOLDER: no memorisation, memorisation-l1\n" in out
    code, out, _ = gankit("score", real, fake, "--held-out", fake, "--metrics", "memorisation")
    assert code == 0 and "memorised" in out


@pytest.mark.anywhere
def test_folders_that_cannot_be_compared_are_errors(gankit, tmp_path):
    small, large = np.zeros((2, 3, 8, 8, 1), np.uint8), np.zeros((3, 16, 16, 1), np.uint8)
    a, b = folder(tmp_path / "a", small[0]), folder(tmp_path / "b", large)
    code, _, err = gankit("score", a, b)
    assert code == 1 and "sizes differ: 8 × 8 × 1" in err
    (tmp_path / "c").mkdir()
    assert "has no images" in gankit("score", a, tmp_path / "c")[2]
    Image.fromarray(large[0].squeeze()).save(a / "zz.png")
    assert "sizes differ in" in gankit("score", a, a)[2]
    assert "not a known metric" in gankit("score", a, a, "--metrics", "fid")[2]
    assert "one run, or two folders" in gankit("score")[2]


def test_a_run_is_scored_and_the_scores_are_kept(gankit, run):
    code, out, err = gankit(
        "score",
        run,
        "--plugin",
        PARTS,
        "--metrics",
        "frechet-distance,ms-ssim",
        "--count",
        20,
        "-v",
    )
    assert code == 0, err
    assert "frechet_distance" in out and "ms_ssim" in out and "20 of" in out
    told = json.loads((run / "scores.jsonl").read_text("utf-8"))
    assert told["real_count"] == told["generated_count"] == 20
    assert told["scores"].keys() == {"frechet_distance", "ms_ssim"}
    assert told["split"] == "all" and "split: all" in out
    assert list((run / "scores").glob("events.*"))


@pytest.mark.long
def test_a_conditional_run_is_scored_by_a_classifier_of_its_labels(gankit, tmp_path):
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 2, 64)
    images = (60 + 120 * labels[:, None, None] + draw.integers(-50, 50, (64, 28, 28))).astype("u1")
    np.savez(tmp_path / "two.npz", images=images, labels=labels)
    (tmp_path / "two.toml").write_text(CONDITIONAL)
    code, _, err = gankit("run", "two.toml", "--out", "played")
    assert code == 0, err
    code, out, err = gankit("score", "played", "--features", "classifier", "--count", 20, "-v")
    assert code == 0, err
    told = json.loads((tmp_path / "played" / "scores.jsonl").read_text("utf-8"))
    assert told["accuracy"] == 1 and "100.00% of held-out examples" in out
    scores = told["scores"]
    assert {"class_accuracy", "modes", "modes_reverse_kl", "inception_score"} <= scores.keys()
    assert 1 <= scores["modes"] <= 2 and 1 <= scores["inception_score"] <= 2
    assert "frechet_distance (classifier)" in out and "FID" not in out


def test_score_from_python(run):
    from gankit import score

    scores = score(run, plugin=[PARTS], metrics=["ms-ssim", "prdc"], count=16)
    assert "recall" in scores.values and scores.provenance.generated_count == 16
    with pytest.raises(GankitError, match="one run, or two folders"):
        score()


@pytest.mark.anywhere
def test_the_verb_and_the_function_have_the_same_options():
    from gankit.api.score import score
    from gankit.cli.score import score as typed

    ours = {name: p.default for name, p in inspect.signature(score).parameters.items()}
    theirs = {name: p.default for name, p in inspect.signature(typed).parameters.items()}
    shared = {name for name in ours if name not in ("places", "plugin")}
    assert theirs.keys() - shared == {"places", "plugin", "self_test", "as_json", "verbose"}
    assert {name: theirs[name] for name in shared} == {name: ours[name] for name in shared}


def test_a_score_is_repeated_exactly(gankit, run):
    words = (
        "score",
        run,
        "--plugin",
        PARTS,
        "--metrics",
        "frechet-distance",
        "--count",
        16,
        "--json",
    )
    assert gankit(*words)[1] == gankit(*words)[1]


@pytest.mark.long
@pytest.mark.anywhere
def test_the_self_test_knows_right_from_wrong(gankit):
    code, out, _ = gankit("score", "--self-test")
    assert code == 0 and "answers are right" in out
    assert all(known_answers(part) for part in load_plugins().parts["metrics"].values())


ANSWERS = """
import gankit


@gankit.known_answer("identical", "1", 1, 1)
def right(real, fake):
    return float((real == fake).mean())


@gankit.known_answer("identical", "0", 0, 0)
@gankit.known_answer("shifted", "0", 0, 0)
def never_right(real, fake):
    return float((real == fake).mean())


@gankit.known_answer("noise", "1", 1, 1, "other")
def without_it(real, fake):
    return {"score": 1.0}


def silent(real, fake):
    return 0.0


@gankit.hookimpl
def gankit_metrics():
    return {
        "right": right, "never-right": never_right, "without-it": without_it, "silent": silent
    }
"""


@pytest.mark.anywhere
def test_the_self_test_tries_the_answers_that_any_metric_declares(gankit, tmp_path):
    (tmp_path / "answers.py").write_text(ANSWERS)
    words = ("score", "--self-test", "--plugin", "answers.py", "--metrics")
    code, out, _ = gankit(*words, "right,silent")
    assert code == 0 and "all 1 answers are right" in out
    assert "silent: no known answers" in out and "right: no" not in out
    code, out, err = gankit(*words, "right,never-right")
    assert code == 1 and "wrong answers: never_right" in err
    rows = [line.split() for line in out.splitlines()]
    assert ["never_right", "identical", "0", "1", "WRONG"] in rows
    assert ["never_right", "shifted", "0", "0"] in rows
    code, _, err = gankit(*words, "without-it")
    assert code == 1 and "the metric 'without-it' returned no other: ['score']" in err


@pytest.mark.anywhere
def test_known_answers_of_unknown_samples_are_an_error():
    with pytest.raises(GankitError, match=r"unknown samples\. Allowed: identical"):
        known_answer("identicle", "0", 0, 0)


WRONG = """
import gankit


def pair(real, fake):
    return len(real), len(fake)


def boom(real, fake):
    return 1 / 0


@gankit.hookimpl
def gankit_metrics():
    return {"pair": pair, "boom": boom}
"""


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pair", "the metric 'pair' returned tuple as pair: [7, 7]"),
        ("boom", "failed in wrong.py, line 10, boom: ZeroDivisionError: division by zero"),
        ("paar", '"paar" is not a known metric. Did you mean "pair"?'),
    ],
)
def test_a_metric_that_is_wrong_is_named(gankit, run, tmp_path, name, message):
    (tmp_path / "wrong.py").write_text(WRONG)
    words = ("--metrics", name, "--count", "7", "--plugin", PARTS, "--plugin", "wrong.py")
    code, _, err = gankit("score", run, *words)
    assert code == 1 and message in err and "Traceback" not in err


@pytest.mark.anywhere
def test_a_run_is_looked_for_where_runs_are(gankit, run, tmp_path):
    (tmp_path / "runs").mkdir()
    run.rename(tmp_path / "runs" / "it")
    code, _, err = gankit("score", "other")
    assert code == 1 and "→ the runs there: runs/it" in err
