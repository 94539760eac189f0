"""Changes to recipes that several monitors recommend."""

from collections.abc import Mapping
from typing import Any

Change = Mapping[str, Any]


def stabilizer(name: str, **options: Any) -> Change:
    """Return the change that adds a stabilizer."""
    return {"stabilizers": [{"name": name, **options}]}


def clipped(norm: float = 1.0) -> Change:
    """Return the change that clips the gradients of both players."""
    optimizer = {"optimizer": {"clipnorm": norm}}
    return {"players": {"discriminator": optimizer, "generator": optimizer}}
