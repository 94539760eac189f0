"""The fields of a line of `health.jsonl` or `verdicts.jsonl`; a stranger may have written it."""

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter


class _Line(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)
    stage: int
    epoch: int
    step: int


class _Look(_Line):
    step_of_epoch: int
    point: bool
    means: dict[str, float]
    seen: dict[str, float]
    score: float | None = None
    better: str = "low"


class _Ended(_Line):
    event: Literal["ends"]
    monitor: str
    name: str
    since: int


class _Begun(_Line):
    event: Literal["begins", "stops"]
    monitor: str
    name: str
    since: int
    level: str
    reason: str
    remedy: str | None = None


class _RolledBack(_Line):
    event: Literal["rolls-back"]
    monitor: str
    name: str
    since: int
    reason: str
    at: int
    to: str
    change: dict[str, Any]


class _WentBack(_Line):
    event: Literal["goes-back"]
    to: str
    change: dict[str, Any]


_ANY: TypeAdapter[Any] = TypeAdapter(_Look | _Ended | _Begun | _RolledBack | _WentBack)


def parsed(text: str) -> dict[str, Any] | None:
    """Return a line of JSON, None if it is neither a look nor an event."""
    try:
        line: dict[str, Any] = json.loads(text)
        _ANY.validate_python(line)
    except (ValueError, RecursionError):
        return None
    return line
