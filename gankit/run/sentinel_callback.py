"""Lets the monitors look at a run between its steps, and reports their verdicts."""

from __future__ import annotations

from typing import Any

import keras

from gankit.game.monitor import Monitor
from gankit.messages import reason
from gankit.run import score_file
from gankit.run.experiment import Experiment
from gankit.run.session import Session
from gankit.sentinel import judging, log, wording
from gankit.sentinel.guard import Guard, outlook_of
from gankit.sentinel.watcher import Watcher


class Sentinel(keras.callbacks.Callback):
    """Looks at the game every few steps, and judges it at each point.

    Lines are written before the checkpoint of their step. A run that is killed in between drops
    them and looks again.

    Args:
        session: The run.
        experiment: The current stage.
    """

    def __init__(self, session: Session, experiment: Experiment):
        super().__init__()
        recipe = experiment.recipe
        self.session = session
        self.monitors = judging.monitors_by_name(
            [(section.name, section.make()) for section in recipe.monitors]
        )
        place = session.place
        played = place.epoch * session.steps_per_epoch + place.step
        self.guard = session.guard = Guard(
            session.run.health,
            place.stage,
            self.monitors,
            outlook_of(
                experiment.gan.game,
                experiment.gan.stabilizers,
                [section.name for section in recipe.stabilizers],
            ),
            place.steps - played,
            session.steps_per_epoch,
        )
        self.blamed: set[str] = set()
        self.every = log.looks_every(session.steps_per_epoch)
        self.experiment = experiment
        self.watcher: Watcher | None = None
        self.watching = dict(self.monitors)
        session.pauses.append(self._until_due)

    def _until_due(self) -> int:
        return max(1, self.guard.last_line + self.every - self.session.place.steps)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look if it is due."""
        place = self.session.place
        due = place.steps - self.guard.last_line >= self.every
        if due and place.step < self.session.steps_per_epoch:
            closes = log.closes_point(place.steps - self.guard.last_point, False, True)
            self._line(self.session.epoch + 1, place.step, logs, True, closes)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the epoch's line, and look if it is due."""
        steps = self.session.place.steps
        closes = log.closes_point(steps - self.guard.last_point, True, True)
        looks = closes or steps - self.guard.last_line >= self.every
        self._line(self.session.epoch, self.session.steps_per_epoch, logs, looks, closes)

    def _line(self, epoch: int, step_of_epoch: int, logs: Any, looks: bool, closes: bool) -> None:
        session, place = self.session, self.session.place
        means = {metric.name: float(logs[metric.name]) for metric in self.model.metrics}
        line = {
            "stage": place.stage,
            "epoch": epoch,
            "step": place.steps,
            "step_of_epoch": step_of_epoch,
            "point": closes,
            "means": means,
            "seen": self._look(place.steps) if looks else {},
            **self._score(place.steps),
        }
        for event in self.guard.add(line):
            self._tell(event)
        self._blame()
        if closes:
            seen = {f"health/{name}": value for name, value in line["seen"].items()}
            session.events.scalars(seen, place.steps)

    def _look(self, steps: int) -> dict[str, float]:
        """Return what the monitors see; one that fails no longer looks."""
        while self.watching:
            try:
                self.watcher = self.watcher or self._watcher()
                return self.watcher(steps)
            except Exception as error:
                self._stop_watching(self.watcher.at if self.watcher else None, error)
        return {}

    def _stop_watching(self, monitor: Monitor | None, error: Exception) -> None:
        """Leave out a monitor that failed to watch; all of them if the game cannot be watched."""
        failed = [name for name, each in self.watching.items() if monitor in (None, each)]
        who = f"the monitor {failed[0]}" if monitor else "the monitors"
        self.session.display.warn(f"{who} cannot look at this game: {reason(error)}")
        self.watching = {n: each for n, each in self.watching.items() if n not in failed}
        self.watcher = None

    def _watcher(self) -> Watcher:
        experiment, monitors = self.experiment, list(self.watching.values())
        recipe = experiment.recipe
        size = recipe.training.batch_size
        return Watcher(experiment.gan, experiment.dataset, monitors, size, recipe.seed)

    def _score(self, steps: int) -> dict[str, Any]:
        """Return the score that chooses the best checkpoint, if this step was scored."""
        lines = [line for line in score_file.read(self.session.run.scores) if line["step"] == steps]
        best_by = lines[-1].get("best_by") if lines else None
        if best_by is None:
            return {}
        better = lines[-1]["better"].get(best_by, "low")
        return {"score": lines[-1]["scores"].get(best_by), "better": better}

    def _blame(self) -> None:
        """Name each monitor that failed, once."""
        for name, error in self.guard.judging.failed.items():
            if name not in self.blamed:
                self.blamed.add(name)
                self.session.display.warn(
                    f"the monitor {name} failed and is off for this run: {reason(error)}"
                )

    def _tell(self, event: dict[str, Any]) -> None:
        """Report that a verdict began or ended."""
        session = self.session
        log.add(session.run.verdicts, {"stage": session.place.stage, **event})
        level = "over" if event["event"] == "ends" else event["level"]
        session.display.verdict(level, wording.text(event))
        session.events.text(f"health/{event['monitor']}", wording.text(event), event["step"])
