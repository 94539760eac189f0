"""gankit report: a run on one page."""

from pathlib import Path
from typing import Annotated

import typer

from gankit.cli.console import show_lines
from gankit.verbs.report import report as write_report

EXAMPLES = """
Examples:

  gankit report runs/quickstart-1

  gankit report runs/quickstart-1 --out quickstart.html
"""


def report(
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    out: Annotated[
        Path | None, typer.Option(help="The page, or a folder for it. [default: RUN/report.html]")
    ] = None,
) -> None:
    """Write a page about a run that opens anywhere: samples, curves, scores, how to repeat it."""
    show_lines([f"wrote {write_report(run, out).path}"])
