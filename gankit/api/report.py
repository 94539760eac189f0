"""A report of a run, or of a sweep: one page that opens anywhere."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gankit.reporting.page import Page


def report(run: Path | str, out: Path | str | None = None) -> "Page":
    """Write a page about a run: samples, curves, scores, settings, and how to repeat it.

    Of a sweep, the page shows what its options do to the score, and its best recipes. The run or
    the sweep may be unfinished. Keras is not needed.

    Args:
        run: The folder of the run or the sweep.
        out: The page, or a folder for it; `RUN/report.html` by default.

    Returns:
        The page, which a notebook shows.

    Raises:
        GankitError: It is neither, or the page cannot be written.
    """
    from gankit.reporting.page import Page, page_path
    from gankit.reporting.run_body import document
    from gankit.reporting.run_data import read_run
    from gankit.sweep.folder import SweepFolder

    sweep = SweepFolder(Path(run))
    if sweep.exists:
        from gankit.sweep.report import sweep_document

        return Page(page_path(out, sweep.path, "report.html")).write(sweep_document(sweep))
    data = read_run(run)
    return Page(page_path(out, data.path, "report.html")).write(document(data))
