"""The cache: whole or made again, whatever happens to its files and to those who fill it.

`python tests/campaign.py` flips every bit.
"""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys

import numpy as np
import pytest
from campaign import chosen, report

import gankit
from gankit import cache as module

pytestmark = pytest.mark.anywhere

KEY = {"what": "numbers", "count": 8}
CONTENT = np.arange(8, dtype=np.uint8)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "_verified", {})
    return tmp_path / "cache"


def make(folder):
    np.save(folder / "a.npy", CONTENT)
    (folder / "inner").mkdir()
    (folder / "inner/b.json").write_text("[]")


def opened():
    """Return the folder as another process would see it, which has compared nothing yet."""
    module._verified.clear()
    return gankit.cached("things", KEY, make)


def assert_whole(folder):
    assert np.array_equal(np.load(folder / "a.npy"), CONTENT)
    assert (folder / "inner/b.json").read_text() == "[]"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


DAMAGE = {
    "cut": lambda folder: (folder / "a.npy").write_bytes((folder / "a.npy").read_bytes()[:-1]),
    "longer": lambda folder: (folder / "a.npy").write_bytes((folder / "a.npy").read_bytes() + b"x"),
    "empty": lambda folder: (folder / "a.npy").write_bytes(b""),
    "missing": lambda folder: (folder / "inner/b.json").unlink(),
    "a folder": lambda folder: (folder / "a.npy").unlink() or (folder / "a.npy").mkdir(),
    "no key": lambda folder: (folder / "key.json").unlink(),
    "a key of before": lambda folder: (folder / "key.json").write_text(json.dumps(KEY)),
    "a list": lambda folder: (folder / "key.json").write_text("[]"),
    "files as a list": lambda folder: (folder / "key.json").write_text(
        json.dumps({"key": KEY, "files": ["a.npy"]})
    ),
    "deep": lambda folder: (folder / "key.json").write_text("[" * 100_000),
    "another's": lambda folder: (folder / "key.json").write_text(
        (folder / "key.json").read_text().replace("numbers", "letters")
    ),
    "a file": lambda folder: shutil.rmtree(folder) or folder.write_text("no folder"),
    "nothing": lambda folder: shutil.rmtree(folder) or folder.mkdir(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_made_again_with_one_warning(capsys, damage):
    folder = opened()
    DAMAGE[damage](folder)
    assert opened() == folder
    assert_whole(folder)
    (warning,) = capsys.readouterr().err.splitlines()
    assert warning.startswith(f"warning: the cache {folder} is damaged (")
    opened()
    assert capsys.readouterr().err == ""


def test_a_flipped_bit_is_found_or_changes_nothing(capsys):
    folder = opened()
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    bits = [(path, bit) for path, content in files.items() for bit in range(8 * len(content))]
    cases = chosen(bits, 150)
    for path, bit in cases:
        damaged = bytearray(files[path])
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        opened()
        assert_whole(folder)
        made_again = capsys.readouterr().err.count("damaged")
        assert made_again or path.name == "key.json", (path, bit)
    with capsys.disabled():
        report("a flipped bit of a cached folder", len(cases))


def test_a_change_is_found_in_the_same_process_too(capsys):
    folder = opened()
    content = bytearray((folder / "a.npy").read_bytes())
    content[-1] ^= 1
    (folder / "a.npy").write_bytes(content)
    gankit.cached("things", KEY, make)
    assert_whole(folder)
    assert "a.npy has changed" in capsys.readouterr().err


def test_what_was_compared_is_not_compared_again(monkeypatch):
    opened()
    gankit.cached("things", KEY, make)
    monkeypatch.setattr(module, "_contents", None)
    gankit.cached("things", KEY, None)


def test_who_has_mapped_a_damaged_file_keeps_it():
    mapped = np.load(opened() / "a.npy", mmap_mode="r")
    (opened() / "inner/b.json").write_text("{}")
    opened()
    assert np.array_equal(mapped, CONTENT)


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_modes_are_those_of_the_umask(umask):
    before = os.umask(umask)
    try:
        folder = opened()
    finally:
        os.umask(before)
    for path in (folder, *folder.rglob("*")):
        whole = 0o777 if path.is_dir() else 0o666
        assert stat.S_IMODE(path.stat().st_mode) == whole & ~umask, path


FILL = """
import sys, gankit
def make(folder):
    (folder / "half").write_bytes(bytes(1000))
    print("half", flush=True)
    sys.stdin.read()
gankit.cached("things", {"of": "another process"}, make)
"""


@pytest.fixture
def filling():
    """A process in the middle of filling."""
    process = subprocess.Popen(
        [sys.executable, "-c", FILL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "half\n"
    yield process
    process.kill()
    process.communicate()


def hidden(cache):
    return [path for path in (cache / "things").iterdir() if path.name.startswith(".")]


def test_what_a_killed_fill_left_is_removed_and_what_is_filled_now_is_not(cache, filling):
    (cache / "things" / f".{'0' * 20}-ab12cd34").mkdir()  # as they were named before
    opened()
    assert len(hidden(cache)) == 2
    filling.send_signal(signal.SIGKILL)
    filling.wait()
    opened()
    assert hidden(cache) == []


def test_all_files_are_on_the_disk_before_the_folder_appears(monkeypatch):
    flushed = set()
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda n: flushed.add(os.fstat(n).st_ino) or fsync(n))

    def appear(old, new):
        parts = [old, *old.rglob("*")]
        assert {path.stat().st_ino for path in parts} <= flushed
        replace(old, new)

    monkeypatch.setattr(os, "replace", appear)
    assert_whole(opened())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_cache_is_read_and_its_damage_is_an_error(cache):
    folder = opened()
    folder.parent.chmod(0o555)
    try:
        assert_whole(opened())
        (folder / "a.npy").write_bytes(b"")
        with pytest.raises(gankit.GankitError, match="Permission denied"):
            opened()
    finally:
        folder.parent.chmod(0o755)


def test_a_full_disk_is_an_error_and_leaves_nothing(cache):
    def full(folder):
        (folder / "a.npy").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(gankit.GankitError, match="No space left on device"):
        gankit.cached("things", KEY, full)
    assert list((cache / "things").iterdir()) == []
