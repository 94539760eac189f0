"""Results that are made once and kept, such as decoded images and rendered bricks.

`key.json` of a cached folder has the size and the SHA-256 of each file. The content of all files is
compared with them when a process first opens the folder, and again when the size or the time of a
file has changed since. A damaged folder is made again.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import platformdirs

from gankit.errors import GankitError
from gankit.files import aside, remove, remove_leftovers
from gankit.terminal import show_warning

try:
    import fcntl
except ModuleNotFoundError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

KEY = "key.json"
Stamps = dict[str, tuple[int, ...]]
_verified: dict[Path, Stamps] = {}  # the folders that this process has compared


def cached(name: str, key: Mapping[str, Any], make: Callable[[Path], None]) -> Path:
    """Return the folder that `make(folder)` fills for a key; it is called only if there is none.

    The folder appears whole or not at all, also to other processes. If it is damaged, a warning
    says so, and it is filled again.

    Args:
        name: Of the folder above it, e.g. `"lego"`.
        key: Everything that the result depends on, as JSON-serialisable values.
        make: Writes its files into an empty folder.

    Raises:
        GankitError: The cache cannot be read or written.
    """
    folder, text = _place(name, key)
    try:
        _remove_dead_fills(folder.parent)
        if damage := _damage(folder, text):
            show_warning(f"the cache {folder} is damaged ({damage}) and is rebuilt")
            _drop(folder)
        if not folder.is_dir():
            _fill(folder, text, make)
    except OSError as error:
        if not folder.is_dir() or _damage(folder, text):  # else another process made it first
            raise GankitError(
                f"the cache {folder} cannot be written: {error}",
                "free some space, or set GANKIT_CACHE to a writable folder",
            ) from error
    return folder


def is_cached(name: str, key: Mapping[str, Any]) -> bool:
    """Return whether there is a folder for a key; it may be damaged."""
    return _place(name, key)[0].is_dir()


def _place(name: str, key: Mapping[str, Any]) -> tuple[Path, str]:
    """Return the folder of a key, and the key as text."""
    text = json.dumps(dict(key), sort_keys=True)
    return cache_folder() / name / hashlib.sha256(text.encode()).hexdigest()[:20], text


def cache_folder() -> Path:
    """Return the folder of all caches: `$GANKIT_CACHE`, or the user's cache folder."""
    return Path(os.environ.get("GANKIT_CACHE") or platformdirs.user_cache_dir("gankit"))


def _fill(folder: Path, text: str, make: Callable[[Path], None]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _filling(folder.parent), aside(folder) as partial:
        partial.mkdir()
        make(partial)
        files = [path for path in sorted(partial.rglob("*")) if path.is_file()]
        noted = {path.relative_to(partial).as_posix(): _contents(path) for path in files}
        content = json.dumps({"key": json.loads(text), "files": noted})
        (partial / KEY).write_text(content, encoding="utf-8")


def _damage(folder: Path, text: str) -> str:
    """Return what is wrong with a folder, an empty string if nothing is or there is no folder."""
    if not os.path.lexists(folder):
        return ""
    name = KEY
    try:
        noted = json.loads((folder / KEY).read_bytes())
        if noted["key"] != json.loads(text):
            return f"{KEY} has changed"
        stamps = {name: _stamp(folder / name) for name in noted["files"]}
        if _verified.get(folder) == stamps:
            return ""
        for name, contents in noted["files"].items():
            if stamps[name][0] != contents["size"] or _contents(folder / name) != contents:
                return f"{name} has changed"
    except PermissionError:
        raise
    except OSError as error:
        return f"{Path(error.filename or name).name}: {error.strerror}"
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return f"{KEY} is not as gankit writes it"
    _verified[folder] = stamps
    return ""


def _contents(file: Path) -> dict[str, Any]:
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {"size": file.stat().st_size, "sha256": digest}


def _stamp(file: Path) -> tuple[int, ...]:
    stat = file.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _drop(folder: Path) -> None:
    """Remove a folder in one step for its readers; those that have mapped its files keep them."""
    hidden = folder.with_name(f".{os.urandom(8).hex()}-{folder.name}")
    with suppress(FileNotFoundError):  # another process was quicker
        folder.rename(hidden)
    remove(hidden)


@contextmanager
def _filling(folder: Path) -> Iterator[None]:
    """Hold a share of a folder's lock, which the system releases when the process ends."""
    if not fcntl:
        yield
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network's file system may lock no folders
            fcntl.flock(number, fcntl.LOCK_SH)
        yield
    finally:
        os.close(number)


def _remove_dead_fills(folder: Path) -> None:
    """Remove what killed processes left in a folder, unless another one is filling there."""
    if not fcntl or not any(folder.glob(".*")):
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_leftovers(folder)
    except OSError:  # somebody fills, or folders cannot be locked here
        pass
    finally:
        os.close(number)
