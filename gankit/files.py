"""Files and folders that appear whole or not at all, and reading what a stranger may have written.

Everything that goes wrong on the disk is a `GankitError` that names the file.
"""

import errno
import io
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gankit.errors import GankitError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
GONE = {errno.ENOENT, errno.ENOTDIR}
_ASIDE = re.compile(r"\.[0-9a-f]{16,}-.+")  # the names of `aside`
# never through a file or a link that somebody else has put there
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW


class NotWritten(GankitError):
    """The system refused to write a file or a folder."""


def write(path: Path, content: str | bytes, hint: str = "") -> None:
    """Write a file, text as UTF-8.

    Raises:
        GankitError: It cannot be written; an old file of this name is intact.
    """
    with (
        written(path, hint),
        aside(path) as partial,
        os.fdopen(os.open(partial, _NEW, 0o666), "wb") as file,
    ):
        file.write(content.encode() if isinstance(content, str) else content)


def append(path: Path, line: str, hint: str = "") -> None:
    """Append a line to a text file; a last line that was cut off is closed first.

    Raises:
        GankitError: It cannot be written; the file is as before.
    """
    with written(path, hint):
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _NOFOLLOW, 0o666)
        with os.fdopen(number, "rb+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            start = b"\n" if size and file.read(1) != b"\n" else b""
            extend(file, start + line.encode())


def extend(file: io.FileIO, content: bytes) -> None:
    """Write at the end of an open file; after an error the file is as long as before."""
    size, rest = file.tell(), memoryview(content)
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError:
        with suppress(OSError):
            file.truncate(size)
        raise


@contextmanager
def written(path: Path, hint: str = "") -> Iterator[None]:
    """Turn what the system refuses in the block into an error that names what was written.

    Args:
        path: What the block writes.
        hint: What to do next; by default it depends on why the system refused.

    Raises:
        NotWritten: The system refused.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise NotWritten(f"{path} cannot be written: {reason}", hint or remedy(error)) from error


def remedy(error: OSError) -> str:
    """Return what to do after the system refused to write."""
    if error.errno in FULL:
        return "free some space, or choose another folder"
    if error.errno in READ_ONLY:
        return "choose a folder in which you may write"
    if error.errno in GONE:
        return "the folder is gone or was renamed: put it back, or choose another one"
    return "check the disk, or choose another folder"


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """Yield the path of a file or folder to make, which is then renamed to `path`.

    It is beside `path`, with a random name and the same suffix, and on the disk before it is
    renamed. A file replaces an old one, a folder only an empty one. After an exception it is
    removed.
    """
    partial = path.with_name(f".{secrets.token_hex(8)}-{path.name}")
    try:
        yield partial
        for part in (partial, *partial.rglob("*")):
            _flush(part)
        partial.replace(path)
        _flush(path.parent)
    finally:
        remove(partial)


def remove(path: Path) -> None:
    """Remove a file or a folder as far as the system allows it; a link, but not its target."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed processes left aside in a folder; no other process may write there."""
    with suppress(OSError):
        for path in filter(is_aside, folder.iterdir()):
            remove(path)


def is_aside(path: Path) -> bool:
    """Return whether a file or folder has a name of `aside`."""
    return _ASIDE.fullmatch(path.name) is not None


def read(path: Path) -> str:
    """Return the text of a file, UTF-8; bytes that are not are replaced.

    Raises:
        GankitError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        hint = remedy(error) if error.errno in GONE else ""
        raise GankitError(f"{path} cannot be read: {error.strerror or error}", hint) from error


def refuse_links(folder: Path) -> None:
    """Raise an error if anything in a folder is not a plain file or folder.

    Through a link gankit would write, or read, outside of the folder; a pipe would make it wait.

    Raises:
        GankitError: Something is a link, a pipe, a socket or a device.
    """
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                kind = "a link" if stat.S_ISLNK(mode) else "a pipe, a socket or a device"
                raise GankitError(
                    f"{path} is {kind}; a run may contain only regular files and folders",
                    f"if you trust its target, replace it with a copy; otherwise: rm {path}",
                )


def _flush(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def found_run(path: Path) -> Path:
    """Return the folder of a run that may be given by its name, without `runs/`."""
    named = Path("runs") / path
    return named if not path.exists() and named.exists() else path
