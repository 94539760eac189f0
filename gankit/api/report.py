"""A report of a run: one page that opens anywhere."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gankit.reporting.page import Page


def report(run: Path | str, out: Path | str | None = None) -> "Page":
    """Write a page about a run: samples, curves, scores, settings, and how to repeat it.

    The run may be unfinished. Keras is not needed.

    Args:
        run: The run's folder.
        out: The page, or a folder for it; `RUN/report.html` by default.

    Returns:
        The page, which a notebook shows.

    Raises:
        GankitError: It is not a run, or the page cannot be written.
    """
    from gankit.reporting.page import Page, page_path
    from gankit.reporting.run_body import document
    from gankit.reporting.run_data import read_run

    data = read_run(run)
    return Page(page_path(out, data.path, "report.html")).write(document(data))
