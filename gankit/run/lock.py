"""One process at a time plays a run."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

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
        try:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _held(folder, file.read()) from None
        file.truncate()
        json.dump({"pid": os.getpid(), "since": _now()}, file)
        file.flush()
        yield


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
