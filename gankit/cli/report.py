"""gankit report: a run on one page."""

from pathlib import Path
from typing import Annotated

from gankit.api.report import report as write_report
from gankit.cli.app import command
from gankit.cli.console import show_lines
from gankit.cli.options import Run, text


@command("report runs/quickstart-1", "report runs/quickstart-1 --out quickstart.html")
def report(
    run: Run,
    out: Annotated[Path | None, text("PATH", "The page, or its folder.", "RUN/report.html")] = None,
) -> None:
    """Write a self-contained page about a run: samples, curves, scores, how to repeat it."""
    show_lines([f"wrote {write_report(run, out).path}"])
