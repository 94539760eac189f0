"""A disk that refuses: the n-th thing that a process does to a folder fails, as on a full disk.

`python disk_faults.py FOLDER NUMBER WORD…` runs gankit, and kills it before that thing.
"""

import builtins
import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """Counts what is done to a folder, and acts before one of these things.

    Counted are opening a file to write, each write, fsync, rename, mkdir. What is written is on
    its way to the system at once, so that a file has what a process has written before.

    Args:
        folder: Where the disk is mounted, so to say.
        at: The number of the thing before which to act; None only counts.
        act: What to do; by default the system refuses, for good.
    """

    def __init__(self, folder: Path, at: int | None = None, act: Callable | None = None):
        self.folder = folder.resolve()
        self.at = at
        self.act = act or refuse
        self.acted = False
        self.done: list[tuple[str, str]] = []

    def __call__(self, what: str, path) -> None:
        """Count something, or act."""
        path = Path(path).parent.resolve() / Path(path).name
        if not path.is_relative_to(self.folder):
            return
        self.done.append((what, str(path.relative_to(self.folder))))
        if self.at is not None and len(self.done) > self.at:
            self.act(str(path))

    @contextmanager
    def mounted(self, monkeypatch):
        """Let it count what this process does."""
        plain, system_open = io.open, os.open

        def opened(file, mode="r", *given, **named):
            path = _path(file) if isinstance(file, int) else os.fspath(file)
            writes = set(mode) & set("wax+")
            if writes and not isinstance(file, int):
                self("open", path)
            found = plain(file, mode, *given, **named)
            return Watched(found, self, path) if writes else found

        def numbered(path, flags, *given, **named):
            if flags & (os.O_WRONLY | os.O_RDWR):
                self("open", path)
            return system_open(path, flags, *given, **named)

        def before(name: str, path_of: Callable):
            function = getattr(os, name)

            def checked(*given, **named):
                if (path := path_of(*given)) is not None:
                    self(name, path)
                return function(*given, **named)

            patched.setattr(os, name, checked)

        with monkeypatch.context() as patched:
            before("fsync", _path)
            before("mkdir", lambda path, *_: None if Path(path).is_dir() else path)
            for name in ("rename", "replace"):
                before(name, lambda old, new: new)
            patched.setattr(os, "open", numbered)
            patched.setattr(io, "open", opened)
            patched.setattr(builtins, "open", opened)
            yield self


class Watched:
    """A file whose writes are counted."""

    def __init__(self, file, disk: Disk, path: str):
        self._file, self._disk, self._path = file, disk, path

    def write(self, content):
        self._disk("write", self._path)
        return self._file.write(content)

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self._file.close()

    def __iter__(self):
        return iter(self._file)


def _path(number: int) -> str:
    """Return the path of an open file, on Linux."""
    return os.path.realpath(f"/proc/self/fd/{number}")


def refuse(path: str) -> None:
    """Refuse as a full disk does."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def kill(path: str) -> None:
    """Kill the process."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from gankit.cli import main

    killing = Disk(Path(sys.argv[1]), int(sys.argv[2]), kill)
    sys.argv[1:] = sys.argv[3:]
    with killing.mounted(pytest.MonkeyPatch()):
        main()
