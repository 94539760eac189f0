"""Files and folders that appear whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# never through a file or a link that somebody else has put there
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


def write(path: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8."""
    with aside(path) as partial, os.fdopen(os.open(partial, _NEW, 0o666), "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


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
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
