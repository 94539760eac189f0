"""Results that are made once and kept: decoded images, rendered bricks."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from gankit.errors import GankitError


def cached(name: str, key: Mapping[str, Any], make: Callable[[Path], None]) -> Path:
    """Return the folder that `make(folder)` filled for this key, making it if it is not there yet.

    The folder appears whole or not at all, so a killed or a second process never sees half of it.

    Args:
        name: What is cached, e.g. `"lego"`: the folder above it.
        key: Everything the result depends on, as JSON-serialisable values.
        make: Writes its files into the empty folder that it is given.

    Raises:
        GankitError: The cache cannot be written.
    """
    text = json.dumps(dict(key), sort_keys=True)
    folder = cache_folder() / name / hashlib.sha256(text.encode()).hexdigest()[:20]
    if not folder.is_dir():
        try:
            _make(folder, text, make)
        except OSError as error:
            raise GankitError(
                f"the cache {folder.parent} cannot be written: {error}",
                "free some space, or set GANKIT_CACHE to a folder that can be written",
            ) from error
    return folder


def cache_folder() -> Path:
    """Return the folder of all caches: `$GANKIT_CACHE`, or the user's cache folder."""
    return Path(os.environ.get("GANKIT_CACHE") or platformdirs.user_cache_dir("gankit"))


def _make(folder: Path, key: str, make: Callable[[Path], None]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        make(partial)
        (partial / "key.json").write_text(key, encoding="utf-8")
        try:
            partial.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process made it first
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
