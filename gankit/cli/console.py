"""What the verbs print: lines that fit the terminal, what to do next, and errors."""

import os
import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from gankit.errors import GankitError


def terminal(stderr: bool = False) -> Console:
    """Return what to print on; it has no styles where `NO_COLOR` is set."""
    colours = None if os.environ.get("NO_COLOR") else "auto"
    return Console(stderr=stderr, highlight=False, color_system=colours)


def show_lines(lines: Iterable[Text | str]) -> None:
    """Print lines on standard output; a terminal wraps them at its width."""
    console = terminal()
    for line in lines:
        _print(console, Text(line) if isinstance(line, str) else line)


def aligned(table: Sequence[Sequence[str]], styles: Sequence[str], cut: bool = True) -> list[Text]:
    """Return the rows of a table, indented, in columns; each is cut where a terminal ends."""
    console = terminal()
    widths = [max(map(len, column)) for column in zip(*table)]
    lines = []
    for row in table:
        cells = [
            (cell.ljust(width) + "  ", style) for cell, width, style in zip(row, widths, styles)
        ]
        line = Text.assemble("  ", *cells)
        line.rstrip()
        if cut and console.is_terminal:
            line.truncate(console.width, overflow="ellipsis")
        lines.append(line)
    return lines


def folded(table: Sequence[tuple[str, str]], styles: Sequence[str]) -> list[Text]:
    """Return the rows of two columns, the second on several lines where a terminal is narrow."""
    console = terminal()
    taken = max((len(first) for first, _ in table), default=0) + 4
    room = max(console.width - taken, 20) if console.is_terminal else None
    rows = []
    for first, second in table:
        lines = textwrap.wrap(second, room, break_on_hyphens=False) if room else [second]
        rows += [(first * (not number), line) for number, line in enumerate(lines)]
    return aligned(rows, styles) if rows else []


def show_start(console: Console, backend: str | None, cpu: bool) -> None:
    """Start the backend and say what is played on.

    Raises:
        GankitError: There is no such backend, or another one is running already.
    """
    from gankit.backend import choose_backend

    name = choose_backend(backend, cpu)
    from gankit import engine

    console.print(f"playing on {', '.join(engine.devices())} with {name}", highlight=False)


def show_next(command: str) -> None:
    """Say what to type next where somebody reads it: not in what goes to a file or a program."""
    console = terminal()
    if console.is_terminal:
        console.print(f"\n→ {command}", style="cyan")


def show_warning(message: str) -> None:
    """Print a line on standard error."""
    console = terminal(stderr=True)
    _print(console, Text.assemble(("warning: ", "bold yellow"), message))


def show_error(error: GankitError) -> None:
    """Print an error and what to do next on standard error."""
    console = terminal(stderr=True)
    first, *others = error.message.splitlines() or [""]
    _print(console, Text.assemble(("error: ", "bold red"), first))
    for line in [*others, *(f"→ {line}" for line in error.hint.splitlines())]:
        _print(console, Text(line, "cyan" if line.lstrip().startswith("→") else ""))


def _print(console: Console, line: Text) -> None:
    """Print a line whole where nobody's terminal cuts it, else wrapped behind its indentation."""
    if not console.is_terminal or not line:
        console.print(line, soft_wrap=True)
        return
    indent = len(line.plain) - len(line.plain.lstrip())
    console.print(Padding(line[indent:], (0, 0, 0, indent), expand=False))
