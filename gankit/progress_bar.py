"""A progress bar for work that comes before training."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Advance = Callable[[int], None]
Shown = Callable[[str, int], AbstractContextManager[Advance]]

_elsewhere: ContextVar[Shown | None] = ContextVar("_elsewhere", default=None)


@contextmanager
def shown_by(bars: Shown) -> Iterator[None]:
    """Show the progress of the block in the bars of another display."""
    token = _elsewhere.set(bars)
    try:
        yield
    finally:
        _elsewhere.reset(token)


@contextmanager
def progress(description: str, total: int) -> Iterator[Advance]:
    """Show a progress bar on standard error; yields `advance(count)`.

    If standard error is not a terminal, print one line.

    Args:
        description: Such as `"rendering bricks"`.
        total: The number of steps.
    """
    if elsewhere := _elsewhere.get():
        with elsewhere(description, total) as advance:
            yield advance
        return
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(f"{description} ({total:,})", highlight=False)
        yield lambda count: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda count: bar.advance(task, count)
