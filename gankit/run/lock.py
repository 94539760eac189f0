"""One process at a time plays a run."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from gankit.errors import GankitError
from gankit.files import written

try:
    import fcntl
except ModuleNotFoundError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

NAME = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a run; the system releases it when the process ends, however it ends.

    Args:
        folder: Of the run.

    Raises:
        GankitError: Another process plays the run; it is named.
    """
    path = folder / NAME
    with written(path):
        number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    with os.fdopen(number, "r+") as file:
        if not (_take(file) or _take(file, wait=0.2)):  # `is_locked` holds it for an instant
            raise _held(folder, file.read())
        file.truncate()
        json.dump({"pid": os.getpid(), "since": _now()}, file)
        file.flush()
        yield


def is_locked(folder: Path) -> bool:
    """Return whether a process trains a run; False where the system has no such locks."""
    try:
        number = os.open(folder / NAME, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    with os.fdopen(number) as file:
        return not _take(file)


def _take(file: TextIO, wait: float = 0) -> bool:
    """Take the lock, which closing the file releases; return whether it was free."""
    time.sleep(wait)
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _held(folder: Path, text: str) -> GankitError:
    try:
        owner = json.loads(text)
        who = f"process {int(owner['pid'])} since {owner['since']}"
    except (ValueError, KeyError, TypeError):
        who = "another process"
    return GankitError(
        f"{folder} is being trained by {who}",
        "wait until it ends, stop it with Ctrl-C there, or start a new run",
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
