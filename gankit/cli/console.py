"""Prints lines that fit the terminal, the next command, warnings and errors."""

import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from gankit.errors import GankitError
from gankit.messages import cut, printable
from gankit.terminal import terminal

Line = Text | str
LONGEST_LINE = 2000  # characters of an error: a path may have thousands


def show_lines(lines: Iterable[Line]) -> None:
    """Print lines on standard output; a terminal wraps them at its width."""
    console = terminal()
    for line in lines:
        _print(console, Text(line) if isinstance(line, str) else line)


def aligned(table: Sequence[Sequence[str]], styles: Sequence[str], cut: bool = True) -> list[Text]:
    """Return the rows of a table in columns, indented; `cut` fits them to a terminal."""
    console = terminal()
    widths = [max(map(len, column)) for column in zip(*table)]
    lines = []
    for row in table:
        cells = [(cell.ljust(width) + "  ", s) for cell, width, s in zip(row, widths, styles)]
        line = Text.assemble("  ", *cells)
        line.rstrip()
        if cut and console.is_terminal:
            line.truncate(console.width, overflow="ellipsis")
        lines.append(line)
    return lines


def folded(table: Sequence[Sequence[str]], styles: Sequence[str]) -> list[list[Text]]:
    """Return the lines of each row of a table; a narrow terminal wraps the last column."""
    if not table:
        return []
    console = terminal()
    firsts = [row[:-1] for row in table]
    taken = sum(max(map(len, column)) + 2 for column in zip(*firsts)) + 2
    room = max(console.width - taken, 20) if console.is_terminal else None
    wrapped = []
    for *first, last in table:
        lines = textwrap.wrap(last, room, break_on_hyphens=False) if room else [last]
        blank = [""] * len(first)
        wrapped.append([[*(blank if n else first), line] for n, line in enumerate(lines or [""])])
    lines_of_all = iter(aligned([row for rows in wrapped for row in rows], styles))
    return [[next(lines_of_all) for _ in rows] for rows in wrapped]


def show_next(command: str) -> None:
    """Print what to type next, on a terminal only."""
    console = terminal()
    if console.is_terminal:
        console.print(f"\n→ {command}", style="cyan")


def show_error(error: GankitError) -> None:
    """Print an error and its hint on standard error."""
    console = terminal(stderr=True)
    lines = [*error.message.splitlines(), *(f"→ {line}" for line in error.hint.splitlines())]
    first, *others = (cut(line, LONGEST_LINE) for line in lines or [""])
    _print(console, Text.assemble(("error: ", "bold red"), first))
    for line in others:
        _print(console, Text(line, "cyan" if line.lstrip().startswith("→") else ""))


def _print(console: Console, line: Text) -> None:
    """Print a line, wrapped behind its indentation on a terminal and whole elsewhere."""
    line.plain = printable(line.plain)
    if not console.is_terminal or not line:
        console.print(line, soft_wrap=True)
        return
    indent = len(line.plain) - len(line.plain.lstrip())
    console.print(Padding(line[indent:], (0, 0, 0, indent), expand=False))
