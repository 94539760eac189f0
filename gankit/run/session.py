"""How far a run is, and where it writes: what its callbacks share."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from gankit.recipe.recipe import Recipe
from gankit.run import scores
from gankit.run.checkpoint import Checkpoint, Checkpoints, Place
from gankit.run.display import Display
from gankit.run.events import EventLog
from gankit.run.folder import RunFolder
from gankit.run.history import History
from gankit.sentinel import log
from gankit.sentinel.guard import Guard


class Session:
    """A run as one process goes through it.

    Args:
        run: The folder; where it has checkpoints, the session goes on from the newest.
        stages: The recipe's.
        console: Where to show how it goes.

    Attributes:
        checkpoint: Where the session goes on from; None at the start of a run.
        place: What is finished.
        best: The name of the best checkpoint; None as long as there is none.
        guard: Who judges the stage that is playing; None where nobody does.
        steps_per_epoch: Of the stage that is playing.
        due: Whether this step is one to look at: reading a loss waits for the device.
    """

    def __init__(self, run: RunFolder, stages: Sequence[Recipe], console: Console):
        self.run = run
        self.checkpoints = Checkpoints(run.checkpoints)
        self.checkpoint: Checkpoint | None = self.checkpoints.newest(console.print)
        self.place = self.checkpoint.place if self.checkpoint else Place()
        self.best = self._best()
        self.stage_epochs = [stage.training.epochs for stage in stages]
        self.display = Display(console, self.epochs, self.epoch)
        self.history = History(run.history, self.epoch)
        self.events = EventLog(run.path, self.place.steps + 1 if self.checkpoint else 0)
        self.guard: Guard | None = None
        self.stopwatch = Stopwatch(0)
        self.steps_per_epoch = 0
        self.due = False
        self._looked = 0.0

    @property
    def epoch(self) -> int:
        """The epochs that are finished, over all stages."""
        return sum(self.stage_epochs[: self.place.stage]) + self.place.epoch

    @property
    def epochs(self) -> int:
        """The epochs of the whole run."""
        return sum(self.stage_epochs)

    @property
    def speed(self) -> float:
        """Images a second in this epoch; 0 as long as that cannot be told."""
        return self.stopwatch.speed

    @property
    def seconds_left(self) -> float:
        """What is left if all epochs are as long as this one; 0 as long as that cannot be told."""
        steps = (self.epochs - self.epoch) * self.steps_per_epoch - self.place.step
        return self.stopwatch.images * steps / self.speed if self.speed else 0.0

    def begin(self, stage: int, steps_per_epoch: int, images: int) -> None:
        """Begin a stage or go on with it; its steps see so many images."""
        self.steps_per_epoch = steps_per_epoch
        self.stopwatch = Stopwatch(images)
        if stage > self.place.stage:
            self.place = replace(self.place, stage=stage, epoch=0, step=0)

    def end_step(self) -> None:
        """Count a step."""
        self.place = replace(self.place, step=self.place.step + 1, steps=self.place.steps + 1)
        self.stopwatch.mark(self.place.step)
        self.due = time.perf_counter() - self._looked > 0.25
        if self.due:
            self._looked = time.perf_counter()

    def end_epoch(self) -> None:
        """Count an epoch."""
        self.place = replace(self.place, epoch=self.place.epoch + 1, step=0)

    def save(self, gan) -> Path:
        """Save a checkpoint of this place."""
        if self.guard is None:
            return self.checkpoints.save(gan, self.place, self.best)
        kept = self.guard.kept([*self.checkpoints.names(), self.place.name])
        saved = self.checkpoints.save(gan, self.place, self.best, kept)
        self.checkpoints.mark(self.guard.healthy(self.checkpoints.names()), "healthy")
        return saved

    def _best(self) -> str | None:
        """Return the best of what was scored up to here; what was scored later will be again."""
        scores.forget(self.run.scores, self.place.steps)
        log.forget(self.run.health, self.place.steps)
        log.forget(self.run.verdicts, self.place.steps)
        standing = scores.standing(self.run)
        if standing and standing.best:
            self.checkpoints.mark(standing.best["checkpoint"])
        return self.checkpoints.best


@dataclass
class Stopwatch:
    """Images a second within an epoch; its first step, which may compile, is left out.

    Args:
        images: The number of images in a step.
        first: The first step that was marked, and when.
        last: The last one.
        speed: Images a second, the last epoch's until there is a second step; 0 before.
    """

    images: int
    first: tuple[int, float] = (0, 0.0)
    last: tuple[int, float] = (0, 0.0)
    speed: float = 0.0

    def mark(self, step: int) -> None:
        """Note that a step of the epoch has ended."""
        now = (step, time.perf_counter())
        if step <= self.last[0] or not self.last[0]:
            self.first = now
        else:
            self.speed = self.images * (step - self.first[0]) / (now[1] - self.first[1])
        self.last = now
