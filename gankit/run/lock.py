"""One process at a time plays a run."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from gankit.errors import GankitError
from gankit.files import NotWritten, extend, written

try:
    import fcntl
except ModuleNotFoundError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

NAME = ".lock"
_own: set[Path] = set()  # the locks that this process holds


@contextmanager
def locked(folder: Path, name: str = NAME) -> Iterator[None]:
    """Hold the lock of a run; the system releases it when the process ends, however it ends.

    A process that holds the lock may take it again.

    Args:
        folder: Of the run.
        name: The file of the lock, if it is not that of the run.

    Raises:
        Held: Another process plays the run; it is named.
        NotWritten: The folder cannot be written, or was replaced meanwhile.
    """
    path, place = folder / name, folder.resolve() / name
    if place in _own:
        yield
        return
    with written(path):
        number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    with os.fdopen(number, "rb+", buffering=0) as file:
        if not (_take(file) or _take(file, wait=0.2)):  # `is_locked` holds it for an instant
            raise _held(folder, file.read())
        with written(path):
            file.truncate()
            extend(file, json.dumps({"pid": os.getpid(), "since": _now()}).encode())
        _own.add(place)
        try:
            yield
        finally:
            _own.remove(place)
        if not _same(path, number):
            raise NotWritten(
                f"{folder} was removed or replaced while it was trained",
                "put it back if it was moved, and resume it; else start a new run",
            )


def is_locked(folder: Path) -> bool:
    """Return whether a process trains a run; False where the system has no such locks."""
    try:
        number = os.open(folder / NAME, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    with os.fdopen(number, "rb", buffering=0) as file:
        return not _take(file)


def _take(file: FileIO, wait: float = 0) -> bool:
    """Take the lock, which closing the file releases; return whether it was free."""
    time.sleep(wait)
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Held(GankitError):
    """Another process plays the run."""


def _same(path: Path, number: int) -> bool:
    """Return whether the file of a path is the one that is open."""
    return path.exists() and os.path.samestat(path.stat(), os.fstat(number))


def _held(folder: Path, text: bytes) -> Held:
    try:
        owner = json.loads(text)
        who = f"process {int(owner['pid'])} since {owner['since']}"
    except (ValueError, KeyError, TypeError):
        who = "another process"
    return Held(
        f"{folder} is being trained by {who}",
        "wait until it ends, stop it with Ctrl-C there, or start a new run",
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
