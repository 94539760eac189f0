"""Finds a part by its name, or says that it is unknown and which are known."""

from collections.abc import Mapping

from gankit.discovery.kinds import ALL_KINDS
from gankit.discovery.part import Part
from gankit.errors import GankitError
from gankit.messages import listed, shown, suggestion


def pick(parts: Mapping[str, Part], kind: str, name: object) -> Part:
    """Return the part with this name.

    Raises:
        GankitError: There is none.
    """
    if isinstance(name, str) and name in parts:
        return parts[name]
    problem = f"is not a known {ALL_KINDS[kind].noun}.{suggestion(name, parts)}"
    received = f" Received: {shown(name)}" if name else ""
    message = f"{problem if name else 'is missing.'} Allowed: {listed(parts)}.{received}"
    raise GankitError(message, f"gankit list {kind}")
