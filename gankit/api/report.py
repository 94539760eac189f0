"""A report of a run: one page that opens anywhere."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gankit.reporting.page import Page


def report(run: Path | str, out: Path | str | None = None) -> "Page":
    """Write a page about a run: its samples, curves and scores, what was run, how to repeat it.

    It needs no Keras, and no run that is finished.

    Args:
        run: The run's folder.
        out: The page, or a folder for it; `RUN/report.html` by default.

    Returns:
        The page, which a notebook shows.

    Raises:
        GankitError: It is no run, or the page cannot be written.
    """
    from gankit.reporting import run_body
    from gankit.reporting.curves import charts_of_run, charts_of_scores
    from gankit.reporting.page import Page, place
    from gankit.reporting.record import read_record
    from gankit.reporting.standing import standings

    record = read_record(run)
    scores = standings([record])
    curves, measured = charts_of_run(record), charts_of_scores(scores)
    body = run_body.body(record, curves, scores, measured)
    page = Page(place(out, record.path, "report.html"))
    return page.write(f"{record.name} – gankit", body, [*curves, *measured])
