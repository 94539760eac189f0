"""Damage and strangers' folders: nothing is believed that is not so, and nothing is a traceback.

`python tests/campaign.py` flips every bit.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from campaign import chosen, report
from made_runs import made_run
from run_folders import write_run

from gankit import GankitError
from gankit.run import score_file
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.folder import RunFolder
from gankit.run.history import read_history
from gankit.run.lock import locked

PARTS = Path(__file__).with_name("small_parts.py")
DEEP = "[" * 100_000


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    run, _ = made_run(tmp_path_factory.mktemp("made"), [PARTS])
    return run


@pytest.fixture
def copy(made, tmp_path):
    shutil.copytree(made.path, tmp_path / "copy")
    return RunFolder(tmp_path / "copy")


def same(one, other):
    names = list(one.arrays) == list(other.arrays)
    return (
        names
        and one.place == other.place
        and all(a.tobytes() == other.arrays[n].tobytes() for n, a in one.arrays.items())
    )


@pytest.mark.anywhere
@pytest.mark.parametrize("name", ["checkpoint.json", "state.npz"])
def test_a_flipped_bit_of_a_checkpoint_is_found_or_changes_nothing(copy, name):
    checkpoints = Checkpoints(copy.checkpoints)
    (path,) = checkpoints.paths()
    whole = checkpoints.find("last")
    content = (path / name).read_bytes()
    bits = range(8 * len(content))
    cases = chosen(bits, 400)
    found = 0
    for bit in cases:
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        (path / name).write_bytes(damaged)
        try:
            assert same(checkpoints.find(path.name), whole)
        except GankitError:
            found += 1
    assert found > 0.8 * len(cases)  # the others say nothing that counts
    report(f"a flipped bit of {name}, {found:,} of them found", len(cases))


@pytest.mark.anywhere
@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_checkpoint_that_was_cut_is_damaged(copy, cut):
    (path,) = Checkpoints(copy.checkpoints).paths()
    state = path / "state.npz"
    state.write_bytes(state.read_bytes()[:cut])
    with pytest.raises(GankitError, match="damaged"):
        Checkpoints(copy.checkpoints).find(path.name)


@pytest.mark.anywhere
@pytest.mark.parametrize("place", [(-1, 0, 0, 0), (0, "1", 0, 0), (0, 0.5, 0, 0)])
def test_a_place_is_made_of_counts(place):
    with pytest.raises(ValueError, match="place"):
        Place(*place)


@pytest.mark.anywhere
def test_an_array_of_words_is_damage(copy):
    (path,) = Checkpoints(copy.checkpoints).paths()
    np.savez(path / "state.npz", a=np.array(["word"]))
    facts = json.loads((path / "checkpoint.json").read_text())
    import hashlib

    facts["sha256"] = hashlib.sha256((path / "state.npz").read_bytes()).hexdigest()
    (path / "checkpoint.json").write_text(json.dumps(facts))
    with pytest.raises(GankitError, match="not an array of numbers"):
        Checkpoints(copy.checkpoints).find(path.name)


NONSENSE = {
    "run.json": ["", "1", "[]", "null", "{}", '{"backend": 3, "data": []}', DEEP, "\xff\xfe",
                 '{"backend": "jax", "data": [{"examples": "x"}]}', '{"backend": "jax", "data": 7}',
                 '{"backend": "jax", "data": [], "plugins": [1]}'],
    "history.csv": ["epoch\nx\n", "step\n1\n", "epoch,d_loss\n1," + "9" * 200_000 + "\n",
                    "epoch\n\x00\n"],
    "scores.jsonl": ["1\n", "[]\n", DEEP + "\n", '{"verb": "run"}\n', "\xff\n",
                     '{"verb": "run", "stage": "x"}\n'],
    "health.jsonl": ["1\n", "{}\n", DEEP + "\n", '{"stage": 0, "step": 1}\n', "\xff\n",
                     '{"stage": 0, "step": 1, "epoch": 1, "step_of_epoch": 1, "point": true, '
                     '"means": {"d_loss": "x"}, "seen": {}}\n'],
    "verdicts.jsonl": ["[]\n", '{"event": "begins"}\n', '{"stage": 0, "step": 1, "epoch": 1}\n',
                       '{"event": "stops", "stage": "0", "step": 1, "epoch": 1}\n', "\xff\n"],
    "roll-back.json": ["", "[]", "{}", "\xff", DEEP,
                       '{"steps": "1", "epoch": 1, "recipe": "", "event": {}}'],
    "checkpoints/best": ["\xff", "../..", "no such", "\n"],
    "recipe.toml": ["", "=", "x = [", "\xff", "loss = 1"],
}  # fmt: skip


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("file", "content"),
    [pytest.param(f, c, id=f"{f}-{i}") for f in NONSENSE for i, c in enumerate(NONSENSE[f])],
)
def test_nonsense_in_a_run_is_an_error_or_nothing(gankit, tmp_path, file, content):
    run = write_run(tmp_path / "run")
    (run / "checkpoints").mkdir(exist_ok=True)
    (run / file).write_bytes(content.encode("latin-1"))
    verbs = [("show", "run"), ("report", "run"), ("compare", "run", "run"), ("diagnose", "run")]
    for words in [*verbs, *([("run", "--resume", "run")] if "json" in file else [])]:
        code, _, err = gankit(*words)
        assert code in (0, 1), words
        assert code == 0 or "error: " in err


@pytest.mark.anywhere
@pytest.mark.parametrize(
    "name", ["run.json", "history.csv", "scores.jsonl", "samples/epoch-003.png"]
)
def test_a_link_in_a_run_is_refused_and_its_target_stays(gankit, tmp_path, name):
    run, target = write_run(tmp_path / "run"), tmp_path / "authorized_keys"
    target.write_text("mine")
    (run / name).unlink(missing_ok=True)
    (run / name).symlink_to(target)
    for words in (("report", "run"), ("show", "run"), ("run", "--resume", "run")):
        code, _, err = gankit(*words)
        assert code == 1 and "is a link" in err and Path(name).name in err
    assert target.read_text() == "mine"


@pytest.mark.anywhere
def test_a_link_at_an_old_name_of_a_file_aside_is_refused(gankit, tmp_path):
    run, target = write_run(tmp_path / "run"), tmp_path / "authorized_keys"
    target.write_text("mine")
    (run / ".report.html.partial").symlink_to(target)
    assert gankit("report", "run")[0] == 1
    assert target.read_text() == "mine"


@pytest.mark.anywhere
@pytest.mark.parametrize("name", ["run.json", "samples/epoch-001.png", "checkpoints/state.npz"])
def test_a_pipe_in_a_run_is_refused_and_nobody_waits(gankit, tmp_path, name):
    run = write_run(tmp_path / "run")
    (run / name).unlink(missing_ok=True)
    (run / name).parent.mkdir(exist_ok=True)
    os.mkfifo(run / name)
    code, _, err = gankit("report", "run")
    assert code == 1 and "a pipe" in err


@pytest.mark.anywhere
def test_a_line_after_one_that_was_cut_off_is_kept(tmp_path):
    path = tmp_path / "scores.jsonl"
    line = {"verb": "score", "stage": 0, "epoch": 1, "step": 2, "checkpoint": "step-000000002"}
    line |= {"scores": {"x": 1.0}, "titles": {"x": "x"}, "better": {}, "best_by": None}
    line |= {"features": "pixels"}
    score_file.add(path, line)
    path.write_text(path.read_text() + json.dumps(line)[:40])
    score_file.add(path, {**line, "step": 3})
    assert [each["step"] for each in score_file.read(path)] == [2, 3]


@pytest.mark.anywhere
def test_a_recipe_that_has_changed_is_not_resumed(made, copy):
    made.check_recipe()
    copy.recipe.write_text(copy.recipe.read_text().replace("seed = 7", "seed = 8"))
    with pytest.raises(GankitError, match="has changed since the run began"):
        copy.check_recipe()


@pytest.mark.anywhere
def test_data_that_has_changed_is_named(made):
    from gankit.discovery.plugins import load_plugins

    blobs = load_plugins([PARTS]).find("datasets", "blobs").load()
    made.note_data(0, blobs(), allow_new=False)
    with pytest.raises(GankitError, match=r"examples \d+ → 32"):
        made.note_data(0, blobs(32), allow_new=False)


@pytest.mark.anywhere
def test_a_run_is_played_by_one_process_at_a_time(tmp_path):
    program = (
        "import sys, pathlib; from gankit.run.lock import locked\n"
        f"with locked(pathlib.Path({str(tmp_path)!r})):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "held\n"
    with pytest.raises(GankitError, match=f"process {other.pid} since 20"), locked(tmp_path):
        pass
    other.kill()  # without a chance to tidy up
    other.wait()
    with locked(tmp_path):
        pass


@pytest.mark.anywhere
def test_a_history_without_epochs_is_named(tmp_path):
    (tmp_path / "history.csv").write_text("a,b\n1,2\n")
    with pytest.raises(GankitError, match=r"history\.csv is damaged"):
        read_history(tmp_path / "history.csv")


@pytest.mark.anywhere
def test_text_that_is_not_ours_cannot_drive_the_terminal(gankit, tmp_path):
    run = write_run(tmp_path / "run")
    recipe = (run / "recipe.toml").read_text()
    (run / "recipe.toml").write_text(recipe + '\n["\\u001b]0;owned\\u0007\\u009b2J[bold]"]\n')
    for words in (("show", "run"), ("check", "run/recipe.toml")):
        _, out, err = gankit(*words)
        assert "owned" in out + err
        assert not {"\x1b", "\x07", "\x9b"} & set(out + err)


@pytest.mark.anywhere
def test_brackets_in_a_path_are_brackets(gankit, tmp_path):
    code, _, err = gankit("check", "exp[lr=3].toml")
    assert code == 1 and "exp[lr=3].toml" in err
    code, _, err = gankit("run", "missing.toml", "--out", "x[/y]")
    assert code == 1 and "missing.toml" in err


@pytest.mark.anywhere
@pytest.mark.parametrize("left", [[], [".lock"], [".lock", "run.json", f".{'0' * 16}-recipe.toml"]])
def test_a_run_killed_before_its_recipe_was_written_begins_again(tmp_path, left):
    (tmp_path / "run").mkdir()
    for name in left:
        (tmp_path / "run" / name).write_text("{")
    assert RunFolder.create("run", tmp_path / "run").path == tmp_path / "run"
    if left:
        with pytest.raises(GankitError, match="stopped before training began") as raised:
            RunFolder.open(tmp_path / "run")
        assert raised.value.hint == f"start it again: gankit run RECIPE --out {tmp_path / 'run'}"


@pytest.mark.anywhere
def test_a_folder_that_is_no_run_is_not_said_to_be_resumed(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(GankitError, match="not empty") as raised:
        RunFolder.create("run", tmp_path)
    assert "--resume" not in raised.value.hint
