"""scores.jsonl: a line of JSON for each scoring of a checkpoint; read without Keras."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from gankit.files import append, write
from gankit.files import read as read_text

Line = Mapping[str, Any]


def read(path: Path) -> list[Line]:
    """Return the lines of a file, none if it does not exist; a line that was cut off is skipped."""
    return list(_parsed(read_text(path))) if path.is_file() else []


def add(path: Path, new: Line) -> None:
    """Add a line at the end.

    Raises:
        GankitError: It cannot be written.
    """
    append(path, _json(new))


def forget(path: Path, steps: int) -> None:
    """Drop the lines that a killed run wrote after the checkpoint from which it resumes."""
    if path.is_file():
        kept = (each for each in read(path) if not (by_run(each) and each["step"] > steps))
        write(path, "".join(map(_json, kept)))


def by_run(line: Line) -> bool:
    """Return whether a line was written during training."""
    return line.get("verb") == "run"


class _Line(BaseModel):
    """What a line must have to be read; a run's folder may be a stranger's."""

    model_config = ConfigDict(extra="allow")
    verb: str
    epoch: int
    step: int
    stage: int = 0
    checkpoint: str = ""
    scores: dict[str, float | None]
    titles: dict[str, str] = {}
    better: dict[str, str] = {}
    best_by: str | None = None
    features: str = ""


_OPTIONAL = {"stage", "checkpoint", "titles", "better", "best_by", "features"}


def _json(line: Line) -> str:
    return json.dumps(line, ensure_ascii=False) + "\n"


def _parsed(text: str) -> Iterator[Line]:
    for each in text.splitlines():
        try:
            line = json.loads(each)
            optional = _Line.model_validate(line).model_dump(include=_OPTIONAL)
        except (ValueError, RecursionError):
            continue
        yield line | {name: optional[name] for name in optional.keys() - line.keys()}
