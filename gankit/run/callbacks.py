"""What happens beside the steps of a run, one matter a callback, in the order in which they act."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras

from gankit.data.dataset import Dataset
from gankit.errors import GankitError, Interrupted
from gankit.game.gan import GAN
from gankit.game.scalars import CHARTS, scalar_name
from gankit.pictures import sheets
from gankit.run.checkpoint import Checkpoint
from gankit.run.session import Session
from gankit.run.sheet import run_sheet


class NotFinite(GankitError):
    """A loss is no longer a number."""


class Restore(keras.callbacks.Callback):
    """Gives back the means of the half-played epoch that a checkpoint was saved in."""

    def __init__(self, checkpoint: Checkpoint | None):
        super().__init__()
        self.checkpoint = checkpoint

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Restore once, after `fit` has reset the means."""
        if self.checkpoint and self.checkpoint.place.step:
            self.checkpoint.restore(self.model)
        self.checkpoint = None


class Count(keras.callbacks.Callback):
    """Counts steps and epochs for those that follow."""

    def __init__(self, session: Session):
        super().__init__()
        self.session = session

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count a step."""
        self.session.end_step()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Count an epoch."""
        self.session.end_epoch()


class Watch(keras.callbacks.Callback):
    """Stops a run whose loss is no longer a number, before anything of it is saved."""

    def __init__(self, session: Session):
        super().__init__()
        self.session = session

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look now and then."""
        if self.session.due:
            _check_finite(self.model, self.session, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Look before the epoch is saved."""
        _check_finite(self.model, self.session, logs)


class Show(keras.callbacks.Callback):
    """Keeps the terminal up to date."""

    def __init__(self, session: Session):
        super().__init__()
        self.session = session

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Show the epoch's means so far."""
        session = self.session
        if session.due:
            values = _floats(self.model, logs)
            step, steps = session.place.step, session.steps_per_epoch
            session.display.step(step, steps, values, session.speed, session.seconds_left)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Show the epoch's means."""
        session = self.session
        values = _floats(self.model, logs)
        session.display.epoch(session.epoch, values, session.speed, session.seconds_left)


class Sample(keras.callbacks.Callback):
    """Draws a sheet of the same noise or examples, the first one of the untrained networks."""

    def __init__(self, session: Session, dataset: Dataset, every: int, seed: int):
        super().__init__()
        self.session = session
        self.dataset = dataset
        self.every = every
        self.seed = seed

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Draw before the first step of all."""
        if self.session.place.steps == 0:
            self._draw()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Draw after each so many epochs, and after the last."""
        if self.session.epoch % self.every == 0 or self.session.epoch == self.session.epochs:
            self._draw()

    def _draw(self) -> None:
        sheet = run_sheet(self.model, self.dataset, self.seed)
        folder = self.session.run.samples
        folder.mkdir(exist_ok=True)
        sheets.write_png(sheet, folder / f"epoch-{self.session.epoch:03d}.png")
        self.session.events.image("samples", sheet, self.session.place.steps)


class Record(keras.callbacks.Callback):
    """Writes TensorBoard's curves, some twenty points an epoch, and the history's row."""

    def __init__(self, session: Session):
        super().__init__()
        self.session = session
        self.window = Window()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Means begin anew with each epoch."""
        self.window = Window()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Write the means since the last point."""
        step, steps = self.session.place.step, self.session.steps_per_epoch
        if step % max(1, steps // 20) == 0 or step == steps:
            self._write(self.window.means(_floats(self.model, logs), step))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the epoch's means."""
        session = self.session
        speed = {"images_per_second": session.speed}
        place = {"epoch": session.epoch, "step": session.place.steps}
        session.history.add(place | speed | _floats(self.model, logs))
        session.events.scalars({"speed/images_per_second": session.speed}, session.place.steps)
        session.events.flush()

    def _write(self, values: Mapping[str, float]) -> None:
        """Write all metrics by name, and those that both players have on one chart each."""
        events, steps = self.session.events, self.session.place.steps
        players = self.model.game.players
        for player in players:
            names = {chart: scalar_name(player, q, players) for q, chart in CHARTS.items()}
            mine = {chart: values[name] for chart, name in names.items() if name in values}
            events.scalars(mine, steps, run=player)
        events.scalars({f"metrics/{name}": value for name, value in values.items()}, steps)


class Save(keras.callbacks.Callback):
    """Saves a checkpoint after each epoch, now and then between, and when the user stops the run.

    Args:
        session: The run.
        every: The steps from one checkpoint to the next inside an epoch; 0 for none.
    """

    def __init__(self, session: Session, every: int):
        super().__init__()
        self.session = session
        self.every = every
        self.asked = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Finish the step and save on the first Ctrl-C or SIGTERM; a second one ends at once."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._ask) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Save in the middle of an epoch; its end has its own turn."""
        step = self.session.place.step
        if step == self.session.steps_per_epoch:
            return
        if self.asked or (self.every and step % self.every == 0):
            _check_finite(self.model, self.session, logs)
            self._save()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save the finished epoch."""
        self._save()

    def _save(self) -> None:
        self.session.save(self.model)
        if self.asked and self.session.epoch < self.session.epochs:
            raise Interrupted(self.session.run.path)

    def _ask(self, number: int, frame: Any) -> None:
        self.asked = True
        signal.signal(number, signal.default_int_handler)


class Window:
    """Turns the means since an epoch's start into the means since the last point."""

    def __init__(self):
        self.sums: dict[str, float] = {}
        self.step = 0

    def means(self, means: Mapping[str, float], step: int) -> dict[str, float]:
        """Return the means of the steps after the last call, up to this one."""
        sums = {name: mean * step for name, mean in means.items()}
        steps = max(1, step - self.step)
        found = {name: (total - self.sums.get(name, 0.0)) / steps for name, total in sums.items()}
        self.sums, self.step = sums, step
        return found


def _floats(gan: GAN, logs: Mapping) -> dict[str, float]:
    return {metric.name: float(logs[metric.name]) for metric in gan.metrics}


def _check_finite(gan: GAN, session: Session, logs: Mapping) -> None:
    """Raise the error that names the step and the last good checkpoint, if there is cause."""
    if all(abs(float(v)) < float("inf") for name, v in logs.items() if name.endswith("_loss")):
        return
    gan.settle()
    good = session.checkpoints.paths()
    raise NotFinite(
        f"the loss is not finite since step {int(gan.broken_at.value) + 1:,}; "
        + (f"the last good checkpoint is {good[-1]}" if good else "no checkpoint was saved yet"),
        "lower a learning rate, clip the gradients (optimizer = { …, clipnorm = 1.0 }), "
        "or add a stabilizer: gankit list stabilizers",
    )
