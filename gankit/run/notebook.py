"""What a run prints in a notebook: one output that changes in place."""

import html
import io
from typing import Any, Protocol

from rich.console import Console

from gankit.terminal import terminal

WIDTH = 100  # characters of a line
STYLE = (  # not all notebooks give <pre> a font whose columns align
    "font-family: Menlo, 'DejaVu Sans Mono', Consolas, monospace; line-height: normal; "
    "white-space: pre-wrap; word-break: normal"
)


class Handle(Protocol):
    """An output of a notebook that can change."""

    def update(self, content: Any) -> None:
        """Replace the output."""


class NotebookOutput(io.TextIOBase):
    """A text file that a notebook shows as it grows, with a line below it that changes."""

    def __init__(self) -> None:
        super().__init__()
        self._text = self._status = ""
        self._handle: Handle | None = None

    def write(self, text: str) -> int:
        """Add text, and drop the line below."""
        self._text, self._status = self._text + text, ""
        self._show()
        return len(text)

    def status(self, line: str) -> None:
        """Change the line below the text."""
        self._status = line
        self._show()

    def writable(self) -> bool:
        """Return True."""
        return True

    def _show(self) -> None:
        from IPython.display import HTML, display

        content = HTML(f'<pre style="{STYLE}">{html.escape(self._text + self._status)}</pre>')
        if self._handle is None:
            self._handle = display(content, display_id=True)
        else:
            self._handle.update(content)


def console() -> Console:
    """Return the console of this process: a notebook's if it runs in one, else the terminal."""
    if not Console().is_jupyter:
        return terminal()
    return Console(
        file=NotebookOutput(),  # type: ignore[arg-type]
        width=WIDTH,
        force_jupyter=False,
        force_terminal=False,
        color_system=None,
        highlight=False,
        markup=False,
        emoji=False,
    )
