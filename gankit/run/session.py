"""How far a run is, and where it writes: shared by its callbacks."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from gankit.game.gan import GAN
from gankit.recipe.recipe import Recipe
from gankit.run.checkpoint import Checkpoint, Checkpoints, Place
from gankit.run.display import Display
from gankit.run.events import EventLog
from gankit.run.folder import RunFolder
from gankit.run.history import History
from gankit.run.score_file import forget
from gankit.run.scores import standing
from gankit.sentinel import log
from gankit.sentinel.guard import Guard


class Session:
    """One process of a run.

    Args:
        run: The folder; the session goes on from its newest checkpoint, if there is one.
        stages: The stages of the recipe.
        console: Where to show the progress.

    Attributes:
        checkpoint: What the session goes on from; None at the start of a run.
        place: What is finished.
        best: The name of the best checkpoint; None if there is none.
        stages: The stages of the recipe.
        guard: What judges the current stage; None if nothing does.
        steps_per_epoch: Of the current stage.
        due: Whether to look at this step: reading a loss waits for the device.
        pauses: What looks at the game at certain steps: each returns how many steps it is until
            then.
    """

    def __init__(self, run: RunFolder, stages: Sequence[Recipe], console: Console):
        self.run = run
        self.checkpoints = Checkpoints(run.checkpoints)
        self.checkpoint: Checkpoint | None = self.checkpoints.newest(console.print)
        self.place = self.checkpoint.place if self.checkpoint else Place()
        self.best = self._best()
        self.stages = stages
        self.stage_epochs = [stage.training.epochs for stage in stages]
        self.display = Display(console, self.epochs, self.epoch)
        self.history = History(run.history, self.epoch)
        self.events = EventLog(run.path, self.place.steps + 1 if self.checkpoint else 0)
        self.guard: Guard | None = None
        self.stopwatch = Stopwatch(0)
        self.steps_per_epoch = 0
        self.due = False
        self.pauses: list[Callable[[], int]] = []
        self._looked = 0.0
        self._lap = time.perf_counter()

    @property
    def epoch(self) -> int:
        """The finished epochs, over all stages."""
        return sum(self.stage_epochs[: self.place.stage]) + self.place.epoch

    @property
    def epochs(self) -> int:
        """The epochs of the whole run."""
        return sum(self.stage_epochs)

    @property
    def speed(self) -> float:
        """Images per second in this epoch; 0 if it is not known yet."""
        return self.stopwatch.speed

    @property
    def seconds_left(self) -> float:
        """The time left if all epochs are as long as this one; 0 if it is not known yet."""
        steps = (self.epochs - self.epoch) * self.steps_per_epoch - self.place.step
        return self.stopwatch.images * steps / self.speed if self.speed else 0.0

    def lap(self) -> float:
        """Return the seconds since the last call, or since the session began."""
        before, self._lap = self._lap, time.perf_counter()
        return self._lap - before

    def begin(self, stage: int, steps_per_epoch: int, images: int) -> None:
        """Begin a stage, or go on with it; with so many images in a step."""
        self.steps_per_epoch = steps_per_epoch
        self.stopwatch = Stopwatch(images)
        self.pauses = []
        if stage > self.place.stage:
            self.place = replace(self.place, stage=stage, epoch=0, step=0)

    def ahead(self) -> int:
        """Return how many steps may be played before something looks at the game."""
        return min((steps() for steps in self.pauses), default=self.steps_per_epoch)

    def end_steps(self, count: int) -> None:
        """Count the steps of a call."""
        place = self.place
        self.place = replace(place, step=place.step + count, steps=place.steps + count)
        self.stopwatch.mark(self.place.step)
        self.due = time.perf_counter() - self._looked > 0.25
        if self.due:
            self._looked = time.perf_counter()

    def end_epoch(self) -> None:
        """Count an epoch."""
        self.place = replace(self.place, epoch=self.place.epoch + 1, step=0)

    def save(self, gan: GAN) -> Path:
        """Save a checkpoint of this place."""
        if self.guard is None:
            return self.checkpoints.save(gan, self.place, self.best)
        kept = self.guard.kept([*self.checkpoints.names(), self.place.name])
        saved = self.checkpoints.save(gan, self.place, self.best, kept)
        self.checkpoints.mark(self.guard.healthy(self.checkpoints.names()), "healthy")
        return saved

    def _best(self) -> str | None:
        """Return the best checkpoint so far; later ones will be scored again."""
        forget(self.run.scores, self.place.steps)
        log.forget(self.run.health, self.place.steps)
        log.forget(self.run.verdicts, self.place.steps)
        found = standing(self.run)
        if found and found.best:
            self.checkpoints.mark(found.best["checkpoint"])
        return self.checkpoints.best


@dataclass
class Stopwatch:
    """Images per second within an epoch, without its first call, which may compile."""

    images: int  # in a step
    first: tuple[int, float] = (0, 0.0)  # the last step of the first call, and its time
    last: tuple[int, float] = (0, 0.0)
    speed: float = 0.0  # that of the last epoch until the second call

    def mark(self, step: int) -> None:
        """Mark the end of a call by its last step of the epoch."""
        now = (step, time.perf_counter())
        if step == self.last[0]:  # the epochs have one call
            self.speed = self.images * step / (now[1] - self.last[1])
        elif step < self.last[0] or not self.last[0]:
            self.first = now
        else:
            self.speed = self.images * (step - self.first[0]) / (now[1] - self.first[1])
        self.last = now
