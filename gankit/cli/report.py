"""gankit report: a run, or a sweep, on one page."""

import webbrowser
from pathlib import Path
from typing import Annotated

from gankit.api.report import report as write_report
from gankit.cli.app import command
from gankit.cli.console import show_lines, show_next
from gankit.cli.options import Run, flag, text
from gankit.messages import typed


@command("report runs/quickstart-1 --open", "report runs/quickstart-1 --out quickstart.html")
def report(
    run: Run,
    out: Annotated[Path | None, text("PATH", "The page, or its folder.", "RUN/report.html")] = None,
    open: Annotated[bool, flag("--open", "Open the page in a browser.")] = False,
) -> None:
    """Write a self-contained page about a run: samples, curves, scores, how to repeat it.

    Of a sweep, the page shows what its options do to the score, and its best recipes.
    """
    show_page(write_report(run, out).path, open, f"gankit report {typed(run)} --open")


def show_page(page: Path, open: bool, command: str) -> None:
    """Show where a page is, and open it or show the command that does."""
    show_lines([f"wrote {page}"])
    if not open:
        show_next(command)
    elif not webbrowser.open(page.resolve().as_uri()):
        show_lines([f"there is no browser here: open {page.resolve()}"])
