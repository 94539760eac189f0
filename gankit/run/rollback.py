"""Rolls a run back completely or not at all: the plan is written before it is carried out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gankit.errors import GankitError
from gankit.files import read, write, written
from gankit.messages import cut
from gankit.run.checkpoint import MARKS, Checkpoints
from gankit.run.folder import RunFolder
from gankit.sentinel import log


@dataclass(frozen=True)
class Plan:
    """Where a run goes back to, and how it continues.

    Args:
        steps: The steps of the checkpoint; 0 for the beginning.
        epoch: The epochs finished by then, over all stages.
        recipe: The new recipe, as TOML.
        event: The line for `verdicts.jsonl`.
    """

    steps: int
    epoch: int
    recipe: str
    event: Mapping[str, Any]

    def write(self, run: RunFolder) -> None:
        """Write the plan into the run's folder; `complete` carries it out."""
        write(_journal(run), json.dumps(asdict(self), ensure_ascii=False))


class RolledBack(Exception):
    """The run has a plan to go back, which must be carried out before it continues."""


def complete(run: RunFolder) -> None:
    """Carry out the plan of a run, if it has one; also one that was interrupted."""
    journal = _journal(run)
    if not journal.is_file():
        return
    plan = _read(journal)
    with written(run.path, f"then go on: {run.resume_command()}"):
        _forget_checkpoints(Checkpoints(run.checkpoints), plan.steps)
        _move_sheets(run, plan.epoch)
        log.forget(run.verdicts, plan.steps)
        if plan.event not in log.read(run.verdicts):
            log.add(run.verdicts, plan.event)
        run.write_recipe(plan.recipe)
        journal.unlink()


def rolled_back(run: RunFolder) -> list[log.Line]:
    """Return the lines of a run's roll-backs in `verdicts.jsonl`."""
    return [line for line in log.read(run.verdicts) if line["event"] == "rolls-back"]


def _forget_checkpoints(checkpoints: Checkpoints, steps: int) -> None:
    for path in reversed(checkpoints.paths()):
        if int(path.name.rpartition("-")[2]) > steps:
            shutil.rmtree(path)
    for mark in MARKS:
        file = checkpoints.folder / mark
        if file.is_file() and read(file).strip() not in checkpoints.names():
            file.unlink()


def _move_sheets(run: RunFolder, epoch: int) -> None:
    """Move the sheets of the discarded epochs aside: they show what was wrong."""
    later = {number: path for number, path in run.sheets().items() if number > epoch}
    if later:
        folder = run.samples / f"rolled-back-{len(rolled_back(run)) + 1}"
        folder.mkdir(exist_ok=True)
        for path in later.values():
            path.replace(folder / path.name)


def _read(journal: Path) -> Plan:
    try:
        plan = Plan(**json.loads(read(journal)))
        if not isinstance(plan.recipe, str) or not isinstance(plan.steps + plan.epoch, int):
            raise ValueError("it is no plan")
    except (ValueError, TypeError, RecursionError) as error:
        raise GankitError(
            f"{journal} is damaged: {cut(str(error), 200)}", f"remove it: rm {journal}"
        ) from error
    return plan


def _journal(run: RunFolder) -> Any:
    return run.path / "roll-back.json"
