"""scores.jsonl: a line of JSON for each scoring of a checkpoint."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from gankit.files import append, write
from gankit.files import read as read_text
from gankit.recipe.settings import Direction
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.events import EventLog
from gankit.run.folder import RunFolder
from gankit.scoring.evaluate import Scores

Line = Mapping[str, Any]


class _Line(BaseModel):
    """What a line must have to be read; a run's folder may be a stranger's."""

    model_config = ConfigDict(extra="allow")
    verb: str
    stage: int
    epoch: int
    step: int
    checkpoint: str
    scores: dict[str, float | None]
    titles: dict[str, str] = {}
    better: dict[str, str] = {}
    best_by: str | None = None
    features: str = ""


_OPTIONAL = {"titles", "better", "best_by", "features"}


@dataclass(frozen=True)
class Standing:
    """The newest line of a run's last stage, and that of the best checkpoint, if scores tell."""

    last: Line
    best: Line | None


def line(
    verb: str,
    place: Place,
    epoch: int,
    scores: Scores,
    better: Mapping[str, Direction],
    by: str | None = None,
) -> dict[str, Any]:
    """Return the line of a scoring.

    Args:
        verb: `run` during training, `score` afterwards.
        place: The place of the checkpoint.
        epoch: The finished epochs, over all stages.
        scores: The scores of the metrics.
        better: The better direction of the scores that have one.
        by: The score that chooses the best checkpoint.
    """
    where = {"stage": place.stage, "epoch": epoch, "step": place.steps, "checkpoint": place.name}
    # NaN and infinity are no JSON
    values = {n: float(v) if math.isfinite(v) else None for n, v in scores.values.items()}
    directions = {name: direction for name, direction in better.items() if name in values}
    made = {**scores.as_dict(), "scores": values, "better": directions, "best_by": by}
    return {"verb": verb, **where, **made}


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
    """Drop the lines that a killed run wrote after the checkpoint from which it goes on."""
    if path.is_file():
        kept = (each for each in read(path) if not (_by_run(each) and each["step"] > steps))
        write(path, "".join(map(_json, kept)))


def standing(run: RunFolder, coming: str = "") -> Standing | None:
    """Return the scores of a run in its last stage, None if it was never scored.

    The best line has a checkpoint that exists, or that is coming: about to be saved.
    """
    lines = [each for each in read(run.scores) if _by_run(each)]
    if not lines:
        return None
    last = lines[-1]
    by, existing = last["best_by"], {*Checkpoints(run.checkpoints).names(), coming}
    rivals = [e for e in lines if e["stage"] == last["stage"] and e["checkpoint"] in existing]
    rivals = [each for each in rivals if each["scores"].get(by) is not None]
    sign = -1 if last["better"].get(by) == "high" else 1
    return Standing(last, min(rivals, key=lambda each: sign * each["scores"][by], default=None))


def source(run: RunFolder, steps: int, epoch: int) -> str:
    """Return the name of a place of a run in the provenance of scores."""
    return f"{run.path}, step {steps:,}, epoch {epoch}"


def show(events: EventLog, scores: Scores, steps: int, part: str = "") -> None:
    """Add scores to the curves of a part of a run in TensorBoard, and their provenance as text."""
    values = {f"scores/{scores.titles[name]}": value for name, value in scores.values.items()}
    events.scalars(values, steps, run=part)
    rows = [f"| {key} | {value} |" for key, value in vars(scores.provenance).items()]
    events.text("scores", "\n".join(["| made with | |", "| --- | --- |", *rows]), steps, run=part)


def _by_run(line: Line) -> bool:
    return line.get("verb") == "run"


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
