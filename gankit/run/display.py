"""What a run shows in the terminal or in a notebook during training."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from gankit.messages import clock
from gankit.progress_bar import Advance, shown_by
from gankit.run.epoch_table import Columns, Values, cell, shown
from gankit.run.notebook import NotebookOutput
from gankit.run.scores import Standing
from gankit.terminal import warning

_LEVELS = {"dead": "bold red", "note": "cyan"}
_COMPILING = "compiling the training step"
_SILENT = 60.0  # seconds after which a log file gets a line


class Display:
    """A table with a row for each epoch, and progress bars below it.

    Args:
        console: Where to print. Only a terminal has bars; a notebook has one line instead, and
            a file a line each minute.
        epochs: The epochs of the whole run.
        epoch: The finished epochs.
    """

    def __init__(self, console: Console, epochs: int, epoch: int = 0):
        self.console = console
        self.epochs = epochs
        self._steps_of_epoch = 0
        self.decides = ""  # the score that chooses the best checkpoint
        bar = BarColumn(None if console.width < 80 else 30)
        columns = (TextColumn("{task.description:<7}"), bar, MofNCompleteColumn())
        self._bars = Progress(*columns, TextColumn("{task.fields[note]}"), console=console)
        self._epochs = self._bars.add_task("epochs", total=epochs, completed=epoch, note="")
        self._steps = self._bars.add_task("steps", total=None, note="")
        self._values = Text()
        self._columns: Columns | None = None
        self._standing: Standing | None = None
        self._printed = time.monotonic()
        self._live = Live(
            Group(self._bars, self._values), console=console, transient=True, refresh_per_second=4
        )

    def __enter__(self) -> "Display":
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._live.stop()

    def begin_epoch(self, step: int, steps: int) -> None:
        """Show how many steps the epoch has, and how many are finished."""
        self._steps_of_epoch = steps
        self._bars.update(self._steps, completed=step, total=steps)

    def compiling(self) -> None:
        """Show that the first step is being compiled."""
        self._bars.update(self._steps, note=_COMPILING)
        self._tell(_COMPILING, silent=0.0)

    def check_terminal(self) -> None:
        """Print nothing more if the terminal is gone, so that the run can still be saved."""
        try:
            os.write(self.console.file.fileno(), b"")
        except OSError as error:
            self.console.quiet = error.errno == errno.EIO

    def step(self, step: int, steps: int, values: Values, speed: float, left: float) -> None:
        """Show a step of the epoch, the means so far, images per second and the seconds left."""
        self._bars.update(self._steps, completed=step, total=steps, note=f"{speed:,.0f} images/s")
        self._bars.update(self._epochs, note=f"{clock(left)} left")
        self._values.plain = "  ".join(f"{name} {cell(values[name])}" for name in shown(values))
        self._tell(f"step {step}/{steps}  {self._values}  {clock(left)} left")

    def epoch(self, epoch: int, values: Values, speed: float) -> None:
        """Print the row of a finished epoch, with its score if it was scored."""
        self._bars.update(self._epochs, completed=epoch)
        self._bars.update(self._steps, completed=self._steps_of_epoch)
        columns = Columns.fitting(values, self.decides, self.epochs, self.console.width)
        if self._columns != columns:
            self._columns = columns
            self._print(Text(columns.head(), "bold"))
        number = f"{epoch}/{self.epochs}"
        row = Text(columns.row(number, values, speed, self._standing))
        if self._standing and self._standing.last is self._standing.best:
            row.stylize("green")
        self._print(row)
        self._standing = None

    @contextmanager
    def scoring(self, count: int) -> Iterator[None]:
        """Show that samples are being scored."""
        words = f"scoring {count:,} samples"
        self._tell(words)
        task = self._bars.add_task("scoring", start=False, total=count, note="samples")

        @contextmanager
        def inner(note: str, total: int) -> Iterator[Advance]:
            self._bars.start_task(task)
            self._bars.update(task, total=total, completed=0, note=note)
            yield advance

        def advance(count: int) -> None:
            self._bars.advance(task, count)
            self._tell(words)

        try:
            with shown_by(inner):
                yield
        finally:
            self._bars.remove_task(task)

    def score(self, standing: Standing) -> None:
        """Note the last scores, beside the best, for the row of their epoch."""
        self._standing = standing

    def fact(self, title: str, text: str) -> None:
        """Print a line about what begins."""
        self._print(Text.assemble((f"{title:<10} ", "cyan"), text))

    def verdict(self, level: str, message: str) -> None:
        """Show in a line that stays that a verdict began or ended."""
        if level == "warn":
            self._print(warning(message))
        elif level == "over":
            self._print(Text(message, "dim"))
        else:
            self._print(Text.assemble((f"{level}: ", _LEVELS.get(level, "cyan")), message))

    def warn(self, message: str) -> None:
        """Print a warning."""
        self._print(warning(message))

    def _tell(self, line: str, silent: float = _SILENT) -> None:
        """Show a line below a notebook's output; print it in a file if it was silent for long."""
        if isinstance(self.console.file, NotebookOutput):
            self.console.file.status(line)
        elif not self.console.is_terminal and time.monotonic() - self._printed >= silent:
            self._print(line)

    def _print(self, line: Text | str) -> None:
        """Print a line, which is wrapped only in a terminal."""
        self.console.print(line, highlight=False, soft_wrap=not self.console.is_terminal)
        self._printed = time.monotonic()
