"""Stops a run after a verdict, or rolls it back to continue with a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from gankit.discovery.plugins import Catalogue
from gankit.errors import GankitError
from gankit.game.verdict import Verdict
from gankit.recipe.recipe import Recipe
from gankit.run.experiment import Experiment
from gankit.run.remedy import first_that_fits
from gankit.run.rollback import Plan, RolledBack, rolled_back
from gankit.run.session import Session
from gankit.sentinel import log
from gankit.sentinel.judging import LEVELS, Standing

BROKEN = Verdict(
    "not-finite",
    "dead",
    "the loss is not finite",
    "clip the gradients, or lower a learning rate",
    [
        {
            "players": {
                "discriminator": {"optimizer": {"clipnorm": 1.0}},
                "generator": {"optimizer": {"clipnorm": 1.0}},
            }
        },
        {"stabilizers": [{"name": "r1"}]},
    ],
)


class Act(keras.callbacks.Callback):
    """Acts on a verdict once its step is saved, as `[sentinel]` says.

    Args:
        session: The run.
        experiment: The current stage.
        recipe: The recipe with all its stages.
        catalogue: The parts that a remedy may use; None if there are no roll-backs.
    """

    def __init__(
        self, session: Session, experiment: Experiment, recipe: Recipe, catalogue: Catalogue | None
    ):
        super().__init__()
        self.session = session
        self.experiment = experiment
        self.recipe = recipe
        self.catalogue = catalogue
        self.settings = experiment.recipe.sentinel
        done = [e for e in log.read(session.run.verdicts) if e["event"] in ("stops", "rolls-back")]
        self.done = {(e["monitor"], e["name"], e["since"]) for e in done}

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Act in the middle of an epoch."""
        if self.session.place.step < self.session.steps_per_epoch and self.due():
            self.session.save(self.model)
            self.act()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Act after the epoch is saved."""
        self.act()

    def due(self) -> tuple[str, Standing] | None:
        """Return a verdict that requires an action, and its monitor."""
        if self.session.guard is None:
            return None
        for (monitor, name), held in self.session.guard.judging.standing.items():
            grave = LEVELS.index(held.verdict.level) >= LEVELS.index(self.settings.level)
            if grave and (monitor, name, held.since) not in self.done:
                return monitor, held
        return None

    def act(self) -> None:
        """Act if a verdict requires it, also one from before the process was killed.

        Raises:
            RolledBack: The run is to be rolled back.
            GankitError: The run is stopped.
        """
        if due := self.due():
            monitor, held = due
            self._act(monitor, held.verdict, held.since)

    def broken(self, error: GankitError) -> None:
        """Act on a loss that is not finite; its step is not saved.

        Raises:
            RolledBack: The run is to be rolled back.
            GankitError: The error of the loss, if the run is stopped.
        """
        if self.settings.action != "roll-back" or not self._plan("gankit", BROKEN, 0):
            raise error
        raise RolledBack

    def _act(self, monitor: str, verdict: Verdict, since: int) -> None:
        if self.settings.action == "roll-back" and self._plan(monitor, verdict, since):
            raise RolledBack
        session = self.session
        event = {"event": "stops", "stage": session.place.stage, **_of(monitor, verdict, since)}
        where = {"step": session.place.steps, "epoch": session.epoch}
        log.add(session.run.verdicts, {**event, **where})
        resume = session.run.resume_command()
        remedy = _words(verdict.changes[0]) if verdict.changes else ""
        raise GankitError(
            f"the sentinel stopped the run at step {session.place.steps:,}. {monitor}: "
            f"{verdict.name}, since step {since:,}: {verdict}",
            f"{resume} --from healthy{remedy}"
            if session.checkpoints.healthy
            else f"change the recipe; to continue anyway: {resume}",
        )

    def _plan(self, monitor: str, verdict: Verdict, since: int) -> bool:
        """Write the plan of a roll-back; return False if none is possible."""
        session = self.session
        retry = len(rolled_back(session.run)) + 1
        target = self._target()
        if retry > self.settings.retries or target is None or self.catalogue is None:
            return False
        name, steps, played = target
        stage, spec = session.place.stage, self.experiment.dataset.spec
        found = first_that_fits(self.recipe, self.catalogue, stage, played, verdict.changes, spec)
        if not found:
            return False
        recipe, change = found
        before = sum(session.stage_epochs[:stage])
        event = {
            "event": "rolls-back",
            "stage": stage,
            **_of(monitor, verdict, since),
            "at": session.place.steps,
            "to": name,
            "change": change,
            "retry": retry,
            "step": steps,
            "epoch": before + played,
        }
        Plan(steps, before + played, recipe.to_toml(), event).write(session.run)
        return True

    def _target(self) -> tuple[str, int, int] | None:
        """Return the checkpoint to go back to, its step, and the stage's epochs before it."""
        session, names = self.session, self.session.checkpoints.names()
        guard, place = session.guard, session.place
        healthy = guard.healthy(names) if guard else None
        per_epoch = session.steps_per_epoch
        start = place.steps - place.epoch * per_epoch - place.step
        if healthy:
            steps = int(healthy.rpartition("-")[2])
            return healthy, steps, (steps - start) // per_epoch
        first = [name for name in names if int(name.rpartition("-")[2]) == start]
        if first or start == 0:
            return (first[0] if first else "the beginning"), start, 0
        return None


def _of(monitor: str, verdict: Verdict, since: int) -> dict[str, Any]:
    told = {"name": verdict.name, "level": verdict.level, "reason": verdict.reason}
    return {"monitor": monitor, **told, "remedy": verdict.remedy, "since": since}


def _words(change: Mapping[str, Any]) -> str:
    """Return the options that make a change, if it adds stabilizers."""
    return "".join(f" --with {table['name']}" for table in change.get("stabilizers", []))
