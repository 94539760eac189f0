"""The terminal, and how warnings look in it."""

import os
from typing import Literal

from rich.console import Console, ConsoleRenderable, RenderHook
from rich.text import Text

from gankit.messages import printable


class Printable(RenderHook):
    """Makes sure that printed text cannot move the cursor or change the terminal's title."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Replace the control characters of texts."""
        for each in renderables:
            if isinstance(each, Text):
                each.plain = printable(each.plain)
        return renderables


def terminal(stderr: bool = False) -> Console:
    """Return a console, without styles if `NO_COLOR` is set; brackets in texts are brackets."""
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    console = Console(
        stderr=stderr, color_system=colours, highlight=False, markup=False, emoji=False
    )
    console.push_render_hook(Printable())
    return console


def warning(message: str) -> Text:
    """Return a warning, as all of gankit shows one."""
    return Text.assemble(("warning: ", "bold yellow"), message)


def show_warning(message: str) -> None:
    """Print a warning on standard error; a terminal wraps it between words."""
    console = terminal(stderr=True)
    console.print(warning(message), soft_wrap=not console.is_terminal)
