"""scores.jsonl: a line of JSON for each time that a checkpoint was scored."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gankit.errors import GankitError
from gankit.recipe.settings import Direction
from gankit.run.folder import RunFolder, write_text

if TYPE_CHECKING:  # a report reads the lines without Keras
    from gankit.run.checkpoint import Place
    from gankit.run.events import EventLog
    from gankit.scoring.evaluate import Scores

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """How a run stands by what was scored while it trained.

    Args:
        last: The newest line.
        best: The line of the best checkpoint of the same stage; None where no score tells.
    """

    last: Line
    best: Line | None


def line(
    verb: str,
    place: "Place",
    epoch: int,
    scores: "Scores",
    better: Mapping[str, Direction],
    by: str | None = None,
) -> dict[str, Any]:
    """Return what is written down of scores.

    Args:
        verb: Who scored: `run` while it trained, or `score` afterwards.
        place: Of the checkpoint.
        epoch: The epochs that were finished, over all stages.
        scores: What the metrics found, and how.
        better: Which way the scores are better, of those that tell.
        by: The score that chooses the best checkpoint.
    """
    where = {"stage": place.stage, "epoch": epoch, "step": place.steps, "checkpoint": place.name}
    found = {name: _number(value) for name, value in scores.values.items()}
    ways = {name: way for name, way in better.items() if name in found}
    told = {**scores.as_dict(), "scores": found, "better": ways, "best_by": by}
    return {"verb": verb, **where, **told}


def read(path: Path) -> list[Line]:
    """Return the lines of a file, none if there is no file; one that was cut off is left out."""
    texts = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [found for text in texts if (found := _parsed(text))]


def add(path: Path, new: Line) -> None:
    """Add a line at the end.

    Raises:
        GankitError: It cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{_json(new)}\n")
    except OSError as error:
        raise GankitError(f"{path} cannot be written: {error}", "make room, and go on") from error


def forget(path: Path, steps: int) -> None:
    """Drop what a run that was killed had scored after the checkpoint from which it goes on."""
    if path.is_file():
        kept = (each for each in read(path) if not (_by_run(each) and each["step"] > steps))
        write_text(path, "".join(f"{_json(each)}\n" for each in kept))


def standing(run: RunFolder, coming: str = "") -> Standing | None:
    """Return how a run stands in the last stage that was scored, None if none was.

    The best line is one of those whose checkpoint is there.

    Args:
        run: Its folder.
        coming: The name of a checkpoint that is about to be saved.
    """
    from gankit.run.checkpoint import Checkpoints

    ours = [each for each in read(run.scores) if _by_run(each)]
    if not ours:
        return None
    last = ours[-1]
    by, there = last["best_by"], {*Checkpoints(run.checkpoints).names(), coming}
    rivals = [e for e in ours if e["stage"] == last["stage"] and e["checkpoint"] in there]
    rivals = [each for each in rivals if each["scores"].get(by) is not None]
    sign = -1 if last["better"].get(by) == "high" else 1
    return Standing(last, min(rivals, key=lambda each: sign * each["scores"][by], default=None))


def _by_run(line: Line) -> bool:
    return line.get("verb") == "run"


def _number(value: float) -> float | None:
    """Return a number as JSON can hold it."""
    return float(value) if math.isfinite(value) else None


def _json(line: Line) -> str:
    return json.dumps(line, ensure_ascii=False)


def _parsed(text: str) -> Line | None:
    """Return a line; None if it was cut off."""
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and isinstance(line.get("scores"), dict) else None


def where(run: RunFolder, steps: int, epoch: int) -> str:
    """Return what the provenance calls a place of a run."""
    return f"{run.path}, step {steps:,}, epoch {epoch}"


def show(events: "EventLog", scores: "Scores", steps: int, part: str = "") -> None:
    """Add scores to TensorBoard's curves of a part of a run, and how they were made as a text."""
    found = {f"scores/{scores.titles[name]}": value for name, value in scores.values.items()}
    events.scalars(found, steps, run=part)
    rows = [f"| {key} | {value} |" for key, value in vars(scores.provenance).items()]
    made = "\n".join(["| made with | |", "| --- | --- |", *rows])
    events.text("scores", made, steps, run=part)
