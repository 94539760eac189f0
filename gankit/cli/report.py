"""gankit report: a run on one page."""

from pathlib import Path
from typing import Annotated

import typer

from gankit.api.report import report as write_report
from gankit.cli.console import show_lines
from gankit.cli.options import Run

EXAMPLES = """
Examples:

  gankit report runs/quickstart-1

  gankit report runs/quickstart-1 --out quickstart.html
"""


def report(
    run: Run,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="The page, or a folder for it.", show_default="RUN/report.html"
        ),
    ] = None,
) -> None:
    """Write a page about a run that opens anywhere: samples, curves, scores, how to repeat it."""
    show_lines([f"wrote {write_report(run, out).path}"])
