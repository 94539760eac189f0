"""The scores of a run: their lines, and which checkpoint is the best."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gankit.recipe.settings import Direction
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.events import EventLog
from gankit.run.folder import RunFolder
from gankit.run.score_file import Line, by_run, read
from gankit.scoring.evaluate import Scores


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
    return {"verb": verb, **where, **_made(scores, better), "best_by": by}


def ensemble_line(
    members: Sequence[Mapping[str, Any]], scores: Scores, better: Mapping[str, Direction]
) -> dict[str, Any]:
    """Return the line of a scoring of an ensemble.

    Args:
        members: The run, checkpoint, epoch, step and weight of each generator.
        scores: The scores of the metrics.
        better: The better direction of the scores that have one.
    """
    return {"verb": "ensemble", "runs": list(members), **_made(scores, better)}


def _made(scores: Scores, better: Mapping[str, Direction]) -> dict[str, Any]:
    # NaN and infinity are no JSON
    values = {n: float(v) if math.isfinite(v) else None for n, v in scores.values.items()}
    directions = {name: direction for name, direction in better.items() if name in values}
    return {**scores.as_dict(), "scores": values, "better": directions}


def standing(run: RunFolder, coming: str = "") -> Standing | None:
    """Return the scores of a run in its last stage, None if it was never scored.

    The best line has a checkpoint that exists, or that is coming: about to be saved.
    """
    lines = [each for each in read(run.scores) if by_run(each)]
    if not lines:
        return None
    last = lines[-1]
    by, existing = last["best_by"], {*Checkpoints(run.checkpoints).names(), coming}
    rivals = [e for e in lines if e["stage"] == last["stage"] and e["checkpoint"] in existing]
    rivals = [each for each in rivals if each["scores"].get(by) is not None]
    sign = -1 if last["better"].get(by) == "high" else 1
    return Standing(last, min(rivals, key=lambda each: sign * each["scores"][by], default=None))


def deciding(found: Standing) -> dict[str, float]:
    """Return the best value of the deciding score by its tag, for TensorBoard's table of runs."""
    if found.best is None:
        return {}
    name = found.best["best_by"]
    return {f"best/{found.best['titles'].get(name, name)}": found.best["scores"][name]}


def source(run: RunFolder, steps: int, epoch: int) -> str:
    """Return the name of a place of a run in the provenance of scores."""
    return f"{run.path}, step {steps:,}, epoch {epoch}"


def show(events: EventLog, scores: Scores, steps: int) -> None:
    """Add scores to the curves of a run in TensorBoard, and their provenance as text."""
    values = {f"scores/{scores.titles[name]}": value for name, value in scores.values.items()}
    events.scalars(values, steps)
    rows = [f"| {key} | {value} |" for key, value in vars(scores.provenance).items()]
    events.text("scores", "\n".join(["| made with | |", "| --- | --- |", *rows]), steps)
