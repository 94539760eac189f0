"""A progress bar for work that comes before training."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress(description: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error; yields `advance(count)`.

    If standard error is not a terminal, print one line.

    Args:
        description: Such as `"rendering bricks"`.
        total: The number of steps.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(f"{description} ({total:,})", highlight=False)
        yield lambda count: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda count: bar.advance(task, count)
