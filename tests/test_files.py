"""Files and folders appear whole or not at all, and never through what somebody else put there."""

import os
import secrets
import stat

import pytest

from gankit.errors import GankitError
from gankit.files import aside, write

pytestmark = pytest.mark.anywhere


def test_text_is_utf_8_and_replaces_what_was_there(tmp_path):
    for content, found in (("größe\n", "größe\n".encode()), (b"\x00\xff", b"\x00\xff")):
        write(tmp_path / "a", content)
        assert (tmp_path / "a").read_bytes() == found
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_the_mode_is_that_of_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        write(tmp_path / "a", "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666 & ~umask


def test_after_an_error_what_was_there_is_still_there(tmp_path, monkeypatch):
    write(tmp_path / "a", "old")
    monkeypatch.setattr(os, "fsync", lambda number: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(tmp_path / "a", "new")
    with pytest.raises(ZeroDivisionError), aside(tmp_path / "folder") as partial:
        partial.mkdir()
        (partial / "b").write_text("new")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a", "old")]


def test_neither_a_file_nor_a_link_that_lies_in_wait_is_written_through(tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "token_hex", lambda size: "guessed")
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for name, target in (("a", victim), ("b", tmp_path / "nowhere")):
        (tmp_path / f".guessed-{name}").symlink_to(target)
        with pytest.raises(GankitError, match="cannot be written: File exists"):
            write(tmp_path / name, "new")
    assert victim.read_text() == "precious" and not (tmp_path / "nowhere").exists()


def test_a_link_in_the_place_of_the_file_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "a").symlink_to(tmp_path / "victim")
    write(tmp_path / "a", "new")
    assert (tmp_path / "victim").read_text() == "precious"
    assert (tmp_path / "a").read_text() == "new" and not (tmp_path / "a").is_symlink()


def test_a_folder_appears_with_all_that_is_in_it_and_replaces_none(tmp_path):
    def make(text):
        with aside(tmp_path / "folder.x") as partial:
            partial.mkdir()
            (partial / "a").write_text(text)
            assert partial.suffix == ".x" and not (tmp_path / "folder.x/b").exists()

    make("first")
    with pytest.raises(OSError, match="not empty"):
        make("second")
    assert [file.name for file in tmp_path.iterdir()] == ["folder.x"]
    assert (tmp_path / "folder.x/a").read_text() == "first"
