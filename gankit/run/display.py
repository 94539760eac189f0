"""What a run shows in the terminal during training."""

from collections.abc import Iterator, Mapping

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from gankit.run.score_file import Line
from gankit.run.scores import Standing

SHOWN = ("d_loss", "g_loss", "d_acc", "g_acc")

Values = Mapping[str, float]


class Display:
    """Progress bars of epochs and steps with the latest values; one line an epoch in a file."""

    def __init__(self, console: Console, epochs: int, epoch: int = 0):
        self.console = console
        self.epochs = epochs
        columns = (TextColumn("{task.description:<6}"), BarColumn(36), MofNCompleteColumn())
        self._bars = Progress(*columns, TextColumn("{task.fields[note]}"), console=console)
        self._epochs = self._bars.add_task("epochs", total=epochs, completed=epoch, note="")
        self._steps = self._bars.add_task("steps", total=None, note="")
        self._values = Text()
        self._scores = ""
        self._live = Live(
            Group(self._bars, self._values), console=console, transient=True, refresh_per_second=4
        )

    def __enter__(self) -> "Display":
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._live.stop()

    def step(self, step: int, steps: int, values: Values, speed: float, left: float) -> None:
        """Show a step of the epoch, the means so far, images per second and the seconds left."""
        self._bars.update(self._steps, completed=step, total=steps, note=f"{speed:,.0f} images/s")
        self._bars.update(self._epochs, note=f"{_clock(left)} left")
        self._values.plain = "\n".join(filter(None, ("  ".join(_shown(values)), self._scores)))

    def epoch(self, epoch: int, values: Values, speed: float, left: float) -> None:
        """Print the line of a finished epoch."""
        self._bars.update(self._epochs, completed=epoch)
        line = f"epoch {self._of_all(epoch)}  " + "  ".join(_shown(values))
        line += f"  {speed:,.0f} images/s"
        if not self.console.is_terminal and left:
            line += f"  {_clock(left)} left"
        self._print(line)

    def score(self, standing: Standing) -> None:
        """Print the line of the last scores, beside the best."""
        self._scores = "  ".join([f"({standing.last['features']})", *_compared(standing)])
        self._print(f"score {self._of_all(standing.last['epoch'])}  {self._scores}")

    def verdict(self, level: str, message: str) -> None:
        """Show in a line that stays that a verdict began or ended."""
        style = {"warn": "yellow", "dead": "red"}.get(level, "cyan")
        self._print(Text.assemble((f"{level:<10} ", style), message))

    def warn(self, message: str) -> None:
        """Print a warning."""
        self._print(Text.assemble(("warning    ", "yellow"), message))

    def _of_all(self, epoch: int) -> str:
        return f"{epoch:>{len(str(self.epochs))}}/{self.epochs}"

    def _print(self, line: Text | str) -> None:
        """Print a line, which is wrapped only in a terminal."""
        self.console.print(line, highlight=False, soft_wrap=not self.console.is_terminal)


def shown_score(value: float | None) -> str:
    """Return a score as text."""
    return "none" if value is None else f"{value:.4g}"


def _shown(values: Values) -> list[str]:
    """Return the values for one line: losses and accuracies."""
    names = [name for name in SHOWN if name in values]
    names += [name for name in values if name.endswith("_loss") and name not in names]
    return [f"{name} {values[name]:.3g}" for name in names]


def _compared(standing: Standing) -> Iterator[str]:
    """Yield the last scores; the one that chooses the best checkpoint with its best value."""
    last, best = standing.last, standing.best
    for name, value in last["scores"].items():
        title = last["titles"].get(name, name)
        title = title.removesuffix(f" ({last['features']})")  # which begins the line
        text = f"{title} {shown_score(value)}"
        yield f"{text} ({_best(last, best, name)})" if best and name == last["best_by"] else text


def _best(last: Line, best: Line, name: str) -> str:
    if best["epoch"] == last["epoch"]:
        return "the best yet"
    return f"best {shown_score(best['scores'][name])}, epoch {best['epoch']}"


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
