"""The sentinel beside the steps of a run: it looks, has it judged, and says what was found."""

from __future__ import annotations

from typing import Any

import keras

from gankit.messages import reason
from gankit.run import score_file
from gankit.run.experiment import Experiment
from gankit.run.session import Session
from gankit.sentinel import judging, log, wording
from gankit.sentinel.guard import Guard, outlook_of
from gankit.sentinel.watcher import Watcher


class Sentinel(keras.callbacks.Callback):
    """Looks at the game every so many steps, and judges it at each point.

    Lines are written before the checkpoint of their step is saved: a run that is killed between the
    two forgets them, and looks again.

    Args:
        session: The run.
        experiment: The stage that is played.
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
            outlook_of(experiment.gan.game, experiment.gan.stabilizers),
            place.steps - played,
            session.steps_per_epoch,
        )
        self.every = log.looks_every(session.steps_per_epoch)
        self.experiment = experiment
        self.watcher: Watcher | None = None
        self.blind = False

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look where it is due; the end of an epoch has its own turn."""
        place = self.session.place
        due = place.steps - self.guard.last_line >= self.every
        if due and place.step < self.session.steps_per_epoch:
            closes = log.closes_point(place.steps - self.guard.last_point, False, True)
            self._line(self.session.epoch + 1, place.step, logs, True, closes)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the epoch's line, and look where that is due."""
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
        if closes:
            seen = {f"health/{name}": value for name, value in line["seen"].items()}
            session.events.scalars(seen, place.steps)

    def _look(self, steps: int) -> dict[str, float]:
        """Return what the monitors see; a game that they cannot look at is played all the same."""
        if self.blind:
            return {}
        try:
            self.watcher = self.watcher or self._watcher()
            return self.watcher(steps)
        except Exception as error:
            self.blind = True
            self.session.display.warn(f"the monitors cannot look at this game: {reason(error)}")
            return {}

    def _watcher(self) -> Watcher:
        experiment, monitors = self.experiment, list(self.monitors.values())
        recipe = experiment.recipe
        size = recipe.training.batch_size
        return Watcher(experiment.gan, experiment.dataset, monitors, size, recipe.seed)

    def _score(self, steps: int) -> dict[str, Any]:
        """Return the score by which the best checkpoint is chosen, if this step was scored."""
        lines = [line for line in score_file.read(self.session.run.scores) if line["step"] == steps]
        best_by = lines[-1].get("best_by") if lines else None
        if best_by is None:
            return {}
        better = lines[-1]["better"].get(best_by, "low")
        return {"score": lines[-1]["scores"].get(best_by), "better": better}

    def _tell(self, event: dict[str, Any]) -> None:
        """Say that a verdict began or ended, and write it down."""
        session = self.session
        log.add(session.run.verdicts, {"stage": session.place.stage, **event})
        level = "over" if event["event"] == "ends" else event["level"]
        session.display.verdict(level, wording.text(event))
        session.events.text(f"health/{event['monitor']}", wording.text(event), event["step"])
