"""The versions of what a run is made with."""

import os
import platform
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any


def now() -> dict[str, Any]:
    """Return when, where and with what this process runs, as `run.json` says it."""
    packages = ("gankit", "keras", "tensorflow", "jax", "torch", "numpy", "tensorboard")
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": _command(),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "versions": installed(packages),
    }


def _command() -> list[str]:
    """Return the words that were typed; none if Python was started for something else."""
    name = Path(sys.argv[0]).stem
    return ["gankit", *sys.argv[1:]] if name in ("gankit", "__main__") else []


def installed(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of the packages that are installed."""
    return {name: found for name in packages if (found := version(name))}


def version(package: str) -> str | None:
    """Return the version of a package, or None if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
