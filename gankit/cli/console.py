"""Prints lines that fit the terminal, the next command, warnings and errors."""

import os
import textwrap
from collections.abc import Iterable, Sequence
from typing import Literal

from rich.console import Console, ConsoleRenderable, RenderHook
from rich.padding import Padding
from rich.text import Text

from gankit.errors import GankitError
from gankit.messages import printable


class Printable(RenderHook):
    """The one door for text that is not ours: it cannot move the cursor or change a title."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Replace the control characters of texts."""
        for each in renderables:
            if isinstance(each, Text):
                each.plain = printable(each.plain)
        return renderables


Line = Text | str


def terminal(stderr: bool = False) -> Console:
    """Return a console, without styles if `NO_COLOR` is set; brackets in texts are brackets."""
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    console = Console(
        stderr=stderr, color_system=colours, highlight=False, markup=False, emoji=False
    )
    console.push_render_hook(Printable())
    return console


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


def folded(table: Sequence[tuple[str, str]], styles: Sequence[str]) -> list[Text]:
    """Return the rows of two columns; a narrow terminal wraps the second one."""
    console = terminal()
    taken = max((len(first) for first, _ in table), default=0) + 4
    room = max(console.width - taken, 20) if console.is_terminal else None
    rows = []
    for first, second in table:
        lines = textwrap.wrap(second, room, break_on_hyphens=False) if room else [second]
        rows += [(first * (not number), line) for number, line in enumerate(lines)]
    return aligned(rows, styles) if rows else []


def show_start(console: Console, backend: str | None, cpu: bool) -> None:
    """Start the backend and print it with its devices."""
    from gankit.backend import choose_backend

    name = choose_backend(backend, cpu)
    from gankit import engine

    console.print(f"playing on {', '.join(engine.devices())} with {name}", highlight=False)


def show_next(command: str) -> None:
    """Print what to type next, on a terminal only."""
    console = terminal()
    if console.is_terminal:
        console.print(f"\n→ {command}", style="cyan")


def show_warning(message: str) -> None:
    """Print a warning on standard error."""
    _print(terminal(stderr=True), Text.assemble(("warning: ", "bold yellow"), message))


def show_error(error: GankitError) -> None:
    """Print an error and its hint on standard error."""
    console = terminal(stderr=True)
    first, *others = error.message.splitlines() or [""]
    _print(console, Text.assemble(("error: ", "bold red"), first))
    for line in [*others, *(f"→ {line}" for line in error.hint.splitlines())]:
        _print(console, Text(line, "cyan" if line.lstrip().startswith("→") else ""))


def _print(console: Console, line: Text) -> None:
    """Print a line, wrapped behind its indentation on a terminal and whole elsewhere."""
    line.plain = printable(line.plain)
    if not console.is_terminal or not line:
        console.print(line, soft_wrap=True)
        return
    indent = len(line.plain) - len(line.plain.lstrip())
    console.print(Padding(line[indent:], (0, 0, 0, indent), expand=False))
