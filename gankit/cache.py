"""Results that are made once and kept, such as decoded images and rendered bricks."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from gankit.errors import GankitError
from gankit.files import aside


def cached(name: str, key: Mapping[str, Any], make: Callable[[Path], None]) -> Path:
    """Return the folder that `make(folder)` fills for a key; it is called only if there is none.

    The folder appears whole or not at all, also to other processes.

    Args:
        name: Of the folder above it, e.g. `"lego"`.
        key: Everything that the result depends on, as JSON-serialisable values.
        make: Writes its files into an empty folder.

    Raises:
        GankitError: The cache cannot be written.
    """
    text = json.dumps(dict(key), sort_keys=True)
    folder = cache_folder() / name / hashlib.sha256(text.encode()).hexdigest()[:20]
    try:
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with aside(folder) as partial:
                partial.mkdir()
                make(partial)
                (partial / "key.json").write_text(text, encoding="utf-8")
    except OSError as error:
        if not folder.is_dir():  # else another process made it first
            raise GankitError(
                f"the cache {folder.parent} cannot be written: {error}",
                "free some space, or set GANKIT_CACHE to a writable folder",
            ) from error
    return folder


def cache_folder() -> Path:
    """Return the folder of all caches: `$GANKIT_CACHE`, or the user's cache folder."""
    return Path(os.environ.get("GANKIT_CACHE") or platformdirs.user_cache_dir("gankit"))
