"""Scores while a run trains: the same bits, no line lost or twice, the best beside the last."""

import json
import re
import shutil
import signal
import time
from random import Random

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from test_run import start
from trained_runs import (
    PARTS,
    RECIPE,
    STAGES,
    assert_same_bits,
    resume,
    state,
    train,
)

from gankit import GankitError
from gankit.discovery.plugins import load_plugins
from gankit.game.sampling import sample
from gankit.run import scores as lines
from gankit.run import scoring_callback
from gankit.run.checkpoint import Checkpoints
from gankit.run.folder import RunFolder
from gankit.run.load import restore

FAR = """
[[metrics]]
name = "far"
[[metrics]]
name = "frechet-distance"
[[metrics]]
name = "memorisation"
[scoring]
count = 32
"""
FEWER = FAR.replace("count", "every = 2\ncount")
GROWING = """
[[stages]]
training = { epochs = 2 }
[[stages]]
dataset = { size = 16 }
training = { epochs = 2 }
"""


def written(run):
    """Return what a run wrote while it trained, whatever its folder is called."""
    text = run.scores.read_text("utf-8").replace(str(run.path), "RUN")
    return [json.loads(line) for line in text.splitlines()]


def kill(folder, luck, *arguments):
    """Start gankit, and kill it about when one of its first epochs is scored."""
    process, seen = start(folder, *arguments), luck.randint(1, 3)
    for line in process.stdout:
        seen -= bool(re.match(r" +\d+/", line))
        if not seen:
            break
    time.sleep(luck.uniform(0, 0.1))
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """A run of six epochs that was scored after each."""
    return train(tmp_path_factory.mktemp("scored"), RECIPE + FAR)


@pytest.fixture
def copied(scored, tmp_path):
    """A copy of it."""
    return RunFolder(shutil.copytree(scored.path, tmp_path / "copied"))


def test_scoring_leaves_every_bit_of_a_run_as_it_is(scored, tmp_path):
    plain = train(tmp_path, RECIPE)
    assert not plain.scores.exists()
    assert_same_bits(plain.path, scored.path)


def test_each_epoch_has_a_line_with_how_it_was_made(scored):
    found = written(scored)
    assert [line["step"] for line in found] == [12, 24, 36, 48, 60, 72]
    assert [line["epoch"] for line in found] == [1, 2, 3, 4, 5, 6]
    for line in found:
        assert line["scores"].keys() == {"far", "frechet_distance"}  # nothing is held out
        assert line["better"] == {"far": "high", "frechet_distance": "low"}
        assert (line["features"], line["real_count"], line["generated_count"]) == ("pixels", 32, 32)
        assert (line["averaged"], line["seed"], line["verb"]) == (True, 7, "run")
        assert line["generated"].endswith(f"step {line['step']}, epoch {line['epoch']}")


def test_the_scores_are_those_of_the_metrics(scored):
    gan, images = (
        restore(scored, [PARTS]).gan,
        load_plugins([PARTS]).parts["datasets"]["blobs"].load()().arrays,
    )
    rows = np.sort(np.random.default_rng(7).choice(96, 32, replace=False))
    real = (images["images"][rows] / np.float32(127.5) - 1).reshape(32, -1).astype("float64")
    fake = sample(gan, 32, 7).reshape(32, -1).astype("float64")
    expected = np.linalg.norm(real.mean(0) - fake.mean(0))
    assert written(scored)[-1]["scores"]["far"] == pytest.approx(expected, rel=1e-9)


def test_the_best_checkpoint_is_kept_beside_the_last(scored):
    values = [line["scores"]["far"] for line in written(scored)]
    best = int(np.argmax(values))
    assert best < 4  # else it would be there without being kept
    names = Checkpoints(scored.checkpoints).names()
    assert names == [f"step-{12 * (best + 1):09d}", "step-000000070", "step-000000072"]
    assert restore(scored, [PARTS], checkpoint="best").place.epoch == best + 1
    assert restore(scored, [PARTS]).place.epoch == 6


def test_the_verb_scores_any_checkpoint_and_shows_last_and_best(gankit, copied):
    name = Checkpoints(copied.checkpoints).best
    words = ("--metrics", "far", "--count", 32, "--seed", 7, "--plugin", PARTS)
    for checkpoint in ("best", name):
        code, out, err = gankit(
            "score", copied.path, "--plugin", PARTS, *words, "--checkpoint", checkpoint
        )
        assert code == 0, err
    by_run, *_, line = (json.loads(text) for text in copied.scores.read_text().splitlines())
    assert (line["verb"], line["checkpoint"]) == ("score", name)
    assert line["scores"]["far"] == pytest.approx(by_run["scores"]["far"], rel=1e-6)
    assert "while it trained, of 32 samples\n" in out
    assert re.search(r"last, epoch 6 +best, epoch 1", out) and "high, chooses best" in out
    assert "32 samples from " in out and "with 32 of" in out and "features   pixels" not in out
    full = gankit("score", copied.path, *words, "-v", "--checkpoint", name)[1]
    assert full.count("features   pixels") == 2 and full.count("32 of") >= 4
    code, _, err = gankit("score", copied.path, "--plugin", PARTS, *words, "--checkpoint", "bets")
    assert code == 1 and 'no checkpoint "bets". Allowed: last, best, step-' in err


def test_samples_of_the_best_checkpoint_are_others(gankit, copied, tmp_path):
    for name in ("last", "best"):
        words = ("--count", 1, "--out", "drawn", "--checkpoint", name, "--plugin", PARTS)
        assert gankit("sample", copied.path, *words)[0] == 0
    drawn = tmp_path / "drawn"
    last, best = (drawn / f"sample-0{way}-0000.png" for way in ("", "-checkpoint-best"))
    last, best = last.read_bytes(), best.read_bytes()
    assert last != best


@pytest.mark.anywhere
def test_the_curves_are_in_tensorboard_with_how_they_were_made(scored):
    events = EventAccumulator(str(scored.path)).Reload()
    values = [line["scores"]["far"] for line in written(scored)]
    points = events.Scalars("scores/far (pixels)")
    assert [point.step for point in points] == [12, 24, 36, 48, 60, 72]
    np.testing.assert_allclose([point.value for point in points], values, rtol=1e-6)
    best = events.Scalars("best/far (pixels)")
    np.testing.assert_allclose([p.value for p in best], np.maximum.accumulate(values), rtol=1e-6)
    made = events.Tensors("scores")[-1].tensor_proto.string_val[0].decode()
    assert "| features | pixels |" in made and "| real_count | 32 |" in made


@pytest.mark.parametrize(
    ("where", "at"),
    [((Checkpoints, "save"), 8), ((Checkpoints, "mark"), 6), ((scoring_callback, "show"), 2)],
)
def test_what_is_killed_beside_scoring_loses_no_line_and_has_none_twice(
    scored, tmp_path, monkeypatch, where, at
):
    """`save` is between a line and its checkpoint, `mark` between a checkpoint and its mark."""
    calls, found = [], getattr(*where)

    def dying(*given, **named):
        calls.append(1)
        if len(calls) == at:
            raise GankitError("killed")
        return found(*given, **named)

    monkeypatch.setattr(*where, dying)
    with pytest.raises(GankitError, match="killed"):
        train(tmp_path, RECIPE + FAR)
    monkeypatch.undo()
    run = resume(tmp_path / "run")
    assert written(run) == written(scored)
    assert Checkpoints(run.checkpoints).best == Checkpoints(scored.checkpoints).best
    assert_same_bits(run.path, scored.path)


@pytest.mark.slow
def test_a_run_killed_at_any_instant_is_scored_as_one_that_was_not(python, tmp_path):
    (tmp_path / "blobs.toml").write_text(RECIPE + STAGES + FEWER)
    luck = Random()
    kill(tmp_path, luck, "run", "blobs.toml", "--plugin", PARTS, "--out", "killed")
    kill(tmp_path, luck, "run", "--resume", "killed", "--plugin", PARTS)
    python("-m", "gankit", "run", "--resume", "killed", "--plugin", PARTS)
    whole = train(tmp_path, RECIPE + STAGES + FEWER, "whole")
    killed = RunFolder(tmp_path / "killed")
    assert_same_bits(whole.path, killed.path)
    theirs = json.loads(json.dumps(written(killed)).replace('"killed,', '"RUN,'))
    assert theirs == written(whole)
    assert [line["epoch"] for line in theirs] == [2, 4, 6, 8, 10, 12, 14]
    assert Checkpoints(whole.checkpoints).best == Checkpoints(killed.checkpoints).best


def test_the_best_of_stages_whose_data_differ_is_of_the_last(gankit, tmp_path):
    run = train(tmp_path, RECIPE + GROWING + FAR)
    found = written(run)
    assert [(line["stage"], line["epoch"]) for line in found] == [(0, 1), (0, 2), (1, 3), (1, 4)]
    assert len({line["real_digest"] for line in found}) == 2
    standing = lines.standing(run)
    assert standing.best["stage"] == 1
    assert standing.best["scores"]["far"] == max(line["scores"]["far"] for line in found[2:])
    assert sample(restore(run, [PARTS], "best").gan, 2, 0).shape == (2, 16, 16, 1)
    words = ("--metrics", "far", "--checkpoint", "best", "--plugin", PARTS)
    assert gankit("score", run.path, "--plugin", PARTS, *words)[0] == 0


def test_a_damaged_newest_checkpoint_gives_its_score_again(scored, copied):
    newest = copied.checkpoints / state(copied.path)[0]
    (newest / "state.npz").write_bytes(b"")
    run = resume(copied.path)
    assert [{**line, "generated": ""} for line in written(run)] == [
        {**line, "generated": ""} for line in written(scored)
    ]
    assert_same_bits(run.path, scored.path)


@pytest.mark.anywhere
def test_the_terminal_shows_the_latest_and_the_best(gankit, tmp_path):
    (tmp_path / "blobs.toml").write_text(RECIPE + FEWER)
    code, out, err = gankit("run", "blobs.toml", "--plugin", PARTS, "--set", "training.epochs=3")
    assert code == 0, err
    assert re.search(r"^epoch +d_loss +g_loss .*images/s +far +best$", out, re.M)
    rows = dict(re.findall(r"^ +(\d)/3 (.*)$", out, re.M))
    first, second = (list(map(float, rows[epoch].split()[-2:])) for epoch in "23")
    assert first[0] == first[1] and second[1] == max(first[0], second[0])
    assert len(rows["1"].split()) == len(rows["2"].split()) - 2  # it was not scored
    assert out.count("the metric memorisation is left out: needs held_out") == 1
    assert re.search(r"scores +last, epoch 3 +best, epoch \d +better\n +far \(pixels\) +\d", out)
    code, again, _ = gankit("run", "--resume", "runs/blobs-1", "--plugin", PARTS)
    assert code == 0 and "finished" in again and "last, epoch 3" in again


EDGES = """
import numpy as np
import gankit

def edges(scale: float = 1.0) -> gankit.Features:
    \"\"\"Differences of columns.\"\"\"
    return gankit.Features(
        f"edges times {scale}", "none", "none", lambda x: scale * np.diff(x, axis=2).mean((2, 3))
    )

@gankit.hookimpl
def gankit_features():
    return {"edges": edges}
"""


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("features", "named"), [('{name="edges", scale=2.0}', "2.0"), ('"edges"', "1.0")]
)
def test_a_plugins_features_are_named_with_their_options(gankit, tmp_path, features, named):
    (tmp_path / "edges.py").write_text(EDGES)
    (tmp_path / "blobs.toml").write_text(RECIPE + FEWER)
    words = ("--plugin", PARTS, "--plugin", "edges.py", "--set", f"scoring.features={features}")
    code, out, err = gankit("run", "blobs.toml", *words, "--set", "training.epochs=1")
    assert code == 0, err
    (line,) = written(RunFolder(tmp_path / "runs/blobs-1"))
    assert line["features"] == f"edges times {named}"
    code, out, err = gankit("check", "blobs.toml", *words)
    assert code == 0 and f"of 32 samples by edges times {named}" in out, err
    by = {"run": f"edges times {named}", "asked": "pixels"}
    for who, more in {"run": (), "asked": ("--features", "pixels")}.items():
        code, out, err = gankit("score", "runs/blobs-1", *words[:4], "--count", 16, "--json", *more)
        assert code == 0 and json.loads(out)["features"] == by[who], err


@pytest.mark.anywhere
def test_check_tries_the_metrics_and_names_what_is_left_out(gankit, tmp_path):
    (tmp_path / "blobs.toml").write_text(RECIPE + FEWER)
    code, out, _ = gankit("check", "blobs.toml", "--plugin", PARTS)
    assert code == 0 and "every 2 epochs, of 32 samples by pixels" in out
    assert "far, frechet_distance; best by far" in out
    assert "the metric memorisation is left out: needs held_out" in " ".join(out.split())
    words = ("--plugin", PARTS, "--set", 'scoring.features="pixel"')
    for verb in ("check", "run"):
        code, out, err = gankit(verb, "blobs.toml", *words)
        assert code == 1 and 'Did you mean "pixels"' in err and "epoch" not in out
