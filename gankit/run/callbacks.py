"""What happens beside the steps of a run: one callback for each matter, in the order they act."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras

from gankit import engine
from gankit.data.dataset import Dataset
from gankit.errors import GankitError, Interrupted
from gankit.files import written
from gankit.game.gan import GAN
from gankit.game.scalars import CHARTS, scalar_name
from gankit.pictures import sheets
from gankit.recipe.recipe import Recipe
from gankit.run.checkpoint import Checkpoint
from gankit.run.kept_samples import kept_epochs, thin_out
from gankit.run.sample_sheet import real_sheet, run_sheet
from gankit.run.session import Session
from gankit.run.signals import heard


class NotFinite(GankitError):
    """A loss is no longer a number, since a step."""

    def __init__(self, message: str, hint: str, step: int):
        super().__init__(message, hint)
        self.step = step


class Restore(keras.callbacks.Callback):
    """Restores the means of the unfinished epoch of a checkpoint."""

    def __init__(self, checkpoint: Checkpoint | None):
        super().__init__()
        self.checkpoint = checkpoint

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Restore once, after `fit` has reset the means."""
        if self.checkpoint and self.checkpoint.place.step:
            self.checkpoint.restore(self.model)
        self.checkpoint = None


class SessionCallback(keras.callbacks.Callback):
    """A callback that shares the session with the others."""

    def __init__(self, session: Session):
        super().__init__()
        self.session = session


class Count(SessionCallback):
    """Counts steps and epochs for the callbacks that follow."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the steps of a call."""
        self.session.end_steps(len(self.model.played(logs)))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Count an epoch."""
        self.session.end_epoch()


class Watch(SessionCallback):
    """Stops a run whose loss is not finite, before it is saved."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look now and then."""
        if self.session.due:
            _check_finite(self.model, self.session, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Look before the epoch is saved."""
        _check_finite(self.model, self.session, logs)


class Show(SessionCallback):
    """Keeps the terminal up to date."""

    def __init__(self, session: Session):
        super().__init__(session)
        self.compiled = not engine.compiles()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Show how many steps there are, and that the first one is compiled."""
        self.session.display.begin_epoch(self.session.place.step, self.session.steps_per_epoch)
        if not self.compiled:
            self.session.display.compiling()
        self.compiled = True

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Show the epoch's means so far."""
        session = self.session
        if session.due:
            values = _floats(self.model, logs)
            step, steps = session.place.step, session.steps_per_epoch
            session.display.step(step, steps, values, session.speed, session.seconds_left)


class Row(SessionCallback):
    """Prints the row of an epoch, after it is scored."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Print the epoch's means."""
        session = self.session
        session.display.epoch(session.epoch, _floats(self.model, logs), session.speed)


class Sample(SessionCallback):
    """Draws sheets before the first step, every few epochs, and after the last; keeps some."""

    def __init__(self, session: Session, dataset: Dataset, recipe: Recipe):
        super().__init__(session)
        self.dataset = dataset
        self.every = recipe.training.sample_every
        self.seed = recipe.seed
        self.kept = kept_epochs(session.stages, recipe.training.keep_samples)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Draw before the first step of the run, and real examples as a stage begins."""
        place = self.session.place
        if place.steps == 0:
            self._draw()
        if place.epoch == place.step == 0 and (sheet := real_sheet(self.dataset, self.seed)):
            sheets.write_png(sheet, self.session.run.real)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Draw if it is due."""
        if self.session.epoch % self.every == 0 or self.session.epoch == self.session.epochs:
            self._draw()

    def _draw(self) -> None:
        session = self.session
        sheet = run_sheet(self.model, self.dataset, self.seed)
        with written(session.run.samples):
            session.run.samples.mkdir(exist_ok=True)
        sheets.write_png(sheet, session.run.samples / f"epoch-{session.epoch:03d}.png")
        if session.epoch in self.kept:  # what is in the events cannot be removed
            session.events.image("samples", sheet, session.place.steps)
        thin_out(session.run, session.epoch, self.kept)


class Record(SessionCallback):
    """Writes TensorBoard curves, about twenty points an epoch, and the rows of the history."""

    def __init__(self, session: Session):
        super().__init__(session)
        self.window = Window()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the means of a new epoch."""
        self.window = Window()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Write the means since the last point."""
        place, steps = self.session.place, self.session.steps_per_epoch
        played = self.model.played(logs)
        for step, means in enumerate(played, place.step - len(played) + 1):
            if step % max(1, steps // 20) == 0 or step == steps:
                values = self.window.means(_floats(self.model, means), step)
                self._write(values, place.steps - place.step + step)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the epoch's means."""
        session = self.session
        pace = {"images_per_second": session.speed, "seconds": session.lap()}
        place = {"epoch": session.epoch, "step": session.place.steps}
        session.history.add(place | pace | _floats(self.model, logs))
        session.events.scalars({"speed/images_per_second": session.speed}, session.place.steps)
        session.events.flush()

    def _write(self, values: Mapping[str, float], steps: int) -> None:
        """Write all values by name, and those of each player to charts that they share."""
        events = self.session.events
        players = self.model.game.players
        for player in players:
            names = {chart: scalar_name(player, q, players) for q, chart in CHARTS.items()}
            own = {chart: values[name] for chart, name in names.items() if name in values}
            events.scalars(own, steps, run=player)
        events.scalars({f"metrics/{name}": value for name, value in values.items()}, steps)


class Save(SessionCallback):
    """Saves checkpoints: after each epoch, every few steps, and when the user stops the run."""

    def __init__(self, session: Session, every: int):
        super().__init__(session)
        self.every = every
        self.asked = False
        if every:
            session.pauses.append(lambda: every - session.place.step % every)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Save after the current step on the first signal to end; end at once on the second."""
        with heard(self._ask):
            yield

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Save within an epoch, if it is due."""
        step = self.session.place.step
        if step == self.session.steps_per_epoch:
            return  # `on_epoch_end` saves
        if self.asked or (self.every and step % self.every == 0):
            _check_finite(self.model, self.session, logs)
            self._save()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save the finished epoch."""
        self._save()

    def _save(self) -> None:
        self.session.save(self.model)
        if self.asked and self.session.epoch < self.session.epochs:
            raise Interrupted(self.session.run.path, self.session.place.steps)

    def _ask(self, number: int, frame: Any) -> None:
        self.asked = True
        signal.signal(number, signal.default_int_handler)
        if number not in (signal.SIGINT, signal.SIGTERM):  # SIGHUP, which Windows lacks
            self.session.display.check_terminal()


class Window:
    """Turns means since the start of an epoch into means since the last point."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.step = 0

    def means(self, means: Mapping[str, float], step: int) -> dict[str, float]:
        """Return the means of the steps after the last call, up to this step."""
        sums = {name: mean * step for name, mean in means.items()}
        steps = max(1, step - self.step)
        found = {name: _less(total, self.sums.get(name, 0.0)) for name, total in sums.items()}
        self.sums, self.step = sums, step
        return {name: total / steps for name, total in found.items()}


def _less(total: float, before: float) -> float:
    """Return the difference of two sums; 0 if it is within the rounding of float32 means."""
    return total - before if abs(total - before) > 1e-6 * abs(total) else 0.0


def _floats(gan: GAN, logs: Mapping[str, Any]) -> dict[str, float]:
    return {metric.name: float(logs[metric.name]) for metric in gan.metrics}


def _check_finite(gan: GAN, session: Session, logs: Mapping[str, Any]) -> None:
    """Raise an error, with the step and the last good checkpoint, if a loss is not finite."""
    if all(abs(float(v)) < float("inf") for name, v in logs.items() if name.endswith("_loss")):
        return
    gan.settle()
    good, step = session.checkpoints.paths(), int(gan.broken_at.value) + 1
    raise NotFinite(
        f"the loss is not finite since step {step:,}; "
        + (f"the last good checkpoint is {good[-1]}" if good else "no checkpoint was saved yet"),
        "lower a learning rate, clip the gradients (optimizer = { …, clipnorm = 1.0 }), "
        "or add a stabilizer: gankit list stabilizers",
        step,
    )
