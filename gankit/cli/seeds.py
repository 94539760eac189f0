"""gankit run --seeds: a recipe with several seeds, and the spread of its scores."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gankit.cli.console import Line, aligned, show_lines

if TYPE_CHECKING:
    from gankit.reporting.comparison import Comparison
    from gankit.sweep.seeds import SeedsFolder


def show_spread(folder: "SeedsFolder", cpu: bool, plugins: Sequence[Path]) -> None:
    """Compare the runs of a folder, and print the mean and std of every score."""
    from gankit.api.compare import compare
    from gankit.messages import typed

    paths = [run.path for run in folder.runs().values()]
    found = compare(paths, folder.path, plugins=plugins, cpu=cpu)
    show_lines(["", *_lines(found), "", f"wrote {found.page.path}"])
    show_lines([f"→ gankit runs {typed(folder.path)}"])


def _lines(found: "Comparison") -> Iterator[Line]:
    from gankit.reporting.over_seeds import spread_rows

    rows = spread_rows(found.scores)
    if not rows:
        yield "no scores: the recipe has no [[metrics]]"
        return
    title = f"scores of {len(found.names)} seeds"
    yield from aligned([(title, "last", "best"), *rows], ("", "bold", ""))
    yield "  mean ± standard deviation over the seeds"
