"""Disks that fill up or fail while a run is trained, and folders that vanish under it.

`python tests/campaign.py` has cases for each thing that a run does to each of its files.
"""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import disk_faults
import pytest
from campaign import chosen, report
from disk_faults import Disk, refuse
from trained_runs import PARTS, RECIPE, assert_same_bits

from gankit.files import is_aside
from gankit.run.folder import RunFolder

pytestmark = [pytest.mark.anywhere, pytest.mark.long]

FEW = 5  # cases of each way
SMALLER = {
    "epochs = 6": "epochs = 2",
    "batch_size = 8": "batch_size = 2",
    "every = 5": "every = 40",
}
EVERY_FILE = """
[[stabilizers]]
name = "outward"
amount = 0.4
[[metrics]]
name = "far"
[scoring]
count = 16
"""


def full(disk):
    """Refuse from now on."""
    return refuse


def broken(disk):
    """Refuse once: a bad sector, or a network that comes back."""

    def once(path):
        if not disk.acted:
            disk.acted = True
            raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    return once


def gone(disk):
    """Remove the folder once."""

    def once(path):
        if not disk.acted and disk.folder.exists():
            disk.acted = True
            shutil.rmtree(disk.folder, ignore_errors=True)

    return once


@pytest.fixture
def recipe(tmp_path):
    path, text = tmp_path / "blobs.toml", RECIPE
    for before, after in SMALLER.items():
        text = text.replace(before, after)
    path.write_text(text + EVERY_FILE)
    return path


@pytest.fixture
def begin(gankit, recipe, monkeypatch):
    """Train a run in a folder of a disk."""

    def run(disk):
        with disk.mounted(monkeypatch):
            return gankit("run", recipe, "--plugin", PARTS, "--out", disk.folder)

    return run


@pytest.fixture
def whole(begin, tmp_path):
    """A run that nothing disturbed, and the disk that counted what it did."""
    disk = Disk(tmp_path / "whole")
    code, _, err = begin(disk)
    assert (code, err) == (0, "")
    touched = {re.sub(r"(\.[0-9a-f]{16}-|\d{3,})", "", name) for _, name in disk.done}
    assert touched >= {
        *("run.json", "recipe.toml", "history.csv", "scores.jsonl", "health.jsonl"),
        *("verdicts.jsonl", "samples/epoch-.png", "checkpoints/step-/state.npz", ".lock"),
    }
    return disk


def places(disk, few=FEW):
    """Return which things to refuse: the first two and the last that are done to each file."""
    same: dict[tuple[str, str], list[int]] = {}
    for number, (what, name) in enumerate(disk.done):
        same.setdefault((what, re.sub(r"[0-9a-f]{6,}|\d+", "", name)), []).append(number)
    found = sorted({n for numbers in same.values() for n in (*numbers[:2], numbers[-1])})
    return chosen(found, few)


@pytest.mark.parametrize("way", [full, broken, gone])
def test_whatever_the_disk_refuses_a_run_says_so_and_loses_nothing(
    begin, gankit, whole, tmp_path, way
):
    failed = []
    for number in places(whole):
        folder = tmp_path / f"run-{number}"
        disk = Disk(folder, number)
        disk.act = way(disk)
        try:
            code, _, err = begin(disk)
            if code or way is not broken:  # once is not always enough: zipfile opens a file twice
                assert code == 1, f"exit code {code}"
                assert err.count("error: ") == 1 and "Traceback" not in err
                assert "→ " in err and str(folder) in err.replace("\n", "")
            assert not [path for path in folder.rglob("*") if is_aside(path)]
            if folder.exists() and way is not gone:
                if code:
                    code, _, err = gankit("run", "--resume", folder, "--plugin", PARTS)
                    assert (code, err) == (0, "")
                assert_same_bits(tmp_path / "whole", folder)
        except BaseException as error:
            what = disk.done[number] if number < len(disk.done) else "nothing"
            failed.append(f"{number} {what}: {error!r} {err}")
        shutil.rmtree(folder, ignore_errors=True)
    report(f"a disk that is {way.__name__}", len(places(whole)), failed)


@pytest.mark.slow
def test_a_run_killed_before_whatever_it_writes_ends_with_the_bits_of_one_that_was_not(
    gankit, python, recipe, whole, tmp_path
):
    failed, numbers = [], places(whole, few=2)
    for number in numbers:
        folder = tmp_path / f"run-{number}"
        words = ("run", recipe, "--plugin", PARTS, "--out", folder)
        done = python(disk_faults.__file__, folder, number, *words, check=False)
        try:
            assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
            if RunFolder(folder).exists:
                words = ("run", "--resume", folder, "--plugin", PARTS)
            code, _, err = gankit(*words)
            assert (code, err) == (0, "")
            assert_same_bits(tmp_path / "whole", folder)
            assert not [path for path in folder.rglob("*") if is_aside(path)]
        except BaseException as error:
            failed.append(f"{number} {whole.done[number]}: {error!r}")
        shutil.rmtree(folder, ignore_errors=True)
    report("a kill before what a run writes", len(numbers), failed)


def test_a_new_recipe_is_whole_or_there_is_none(gankit, tmp_path, monkeypatch):
    with Disk(tmp_path).mounted(monkeypatch) as counted:
        assert gankit("new", "recipe", "quickstart")[0] == 0
    whole = (tmp_path / "quickstart.toml").read_text()
    (tmp_path / "quickstart.toml").unlink()
    for number in range(len(counted.done)):
        with Disk(tmp_path, number).mounted(monkeypatch):
            code, _, err = gankit("new", "recipe", "quickstart")
        assert code == 1 and "quickstart.toml cannot be written: No space left" in err
        left = list(tmp_path.glob("*.toml"))
        assert all(path.read_text() == whole for path in left) and not list(tmp_path.glob(".*"))
        for path in tmp_path.iterdir():
            path.unlink()
    assert gankit("new", "recipe", "quickstart")[0] == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("words", [["list"], ["run", "blobs.toml", "--plugin", str(PARTS)]])
def test_a_full_standard_output_is_one_sentence(recipe, words):
    with Path("/dev/full").open("w") as device:
        done = subprocess.run(
            [sys.executable, "-m", "gankit", *words],
            stdout=device,
            stderr=subprocess.PIPE,
            text=True,
            cwd=recipe.parent,
        )
    assert done.returncode == 1
    said = done.stderr.splitlines()
    assert said[-2].startswith("error: standard output") and "No space left on device" in said[-2]
    assert said[-1].startswith("→ free some space") and "Exception" not in done.stderr
