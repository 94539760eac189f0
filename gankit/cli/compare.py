"""gankit compare: runs side by side."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from gankit.api.compare import compare as compare_runs
from gankit.cli import completion
from gankit.cli.app import command
from gankit.cli.console import Line, aligned, show_lines
from gankit.cli.options import (
    CheckpointName,
    Cpu,
    PluginFiles,
    RunBackend,
    Seed,
    Verbose,
    flag,
    number,
    text,
)
from gankit.cli.report import show_page
from gankit.files import found_run
from gankit.messages import typed
from gankit.terminal import show_warning

if TYPE_CHECKING:
    from gankit.reporting.comparison import Comparison
    from gankit.reporting.differences import Differences
    from gankit.reporting.score_history import ScoreHistories

SHORT = 14  # characters of a value that fits in a row


@command(
    "compare runs/quickstart-1 runs/quickstart-2 --checkpoint best",
    "compare runs/ring-* --count 0 --out rings.html",
)
def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN", help="The runs' folders.", autocompletion=completion.runs),
    ],
    out: Annotated[Path | None, text("PATH", "The page, or its folder.", "compare.html")] = None,
    count: Annotated[int, number("Samples of each run; 0 for none.", 0)] = 16,
    seed: Seed = 0,
    checkpoint: CheckpointName = "last",
    verbose: Verbose = False,
    open: Annotated[bool, flag("--open", "Open the page in a browser.")] = False,
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    cpu: Cpu = False,
) -> None:
    """Compare runs: settings that differ, scores, curves in one chart, samples from equal noise."""
    found = compare_runs(
        map(found_run, runs), out, count, seed, checkpoint, plugin or (), backend, cpu
    )
    show_lines(comparison_lines(found, verbose))
    for note in found.notes():
        show_warning(note)
    words = " ".join(typed(run) for run in runs)
    show_page(found.page.path, open, f"gankit compare {words} --open")


def comparison_lines(found: "Comparison", verbose: bool = False) -> Iterator[Line]:
    """Yield the differences and the scores."""
    titles = {"settings that differ": found.settings, "made with": found.made}
    for title, differences in titles.items():
        if differences:
            yield from (Text(title, "cyan"), *_differences(found.names, differences), "")
    if not found.settings:
        yield from ("no setting differs", "")
    if found.scores.histories:
        yield from (Text("scores", "cyan"), *_scores(found.names, found.scores, verbose), "")


def _differences(names: Sequence[str], differences: "Differences") -> Iterator[Line]:
    """Yield a row for each setting; long settings come below, with one line for each run."""
    width = max(SHORT, *map(len, names))
    short = {key: v for key, v in differences.items() if max(map(len, v)) <= width}
    rows = [("", *names), *((key, *values) for key, values in short.items())]
    lines = aligned(rows, ("bold", *[""] * len(names)), cut=False)
    if max(map(len, lines)) > Console().width:
        short, lines = {}, []
    yield from lines if short else ()
    for key in (key for key in differences if key not in short):
        yield Text(f"  {key}", "bold")
        pairs = [(f"  {name}", value) for name, value in zip(names, differences[key])]
        yield from aligned(pairs, ("dim", ""), cut=False)


def _scores(names: Sequence[str], scores: "ScoreHistories", verbose: bool) -> Iterator[Line]:
    """Yield a row for each metric, the best run in bold, and how they were made if asked."""
    from gankit.reporting.score_table import LEGEND, score_rows

    lettered, rows = len(scores.protocols) > 1, score_rows(scores, len(names))
    table = [[row.head(lettered), *row.cells()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*[["", *names], *table])]
    if sum(widths) + 2 * len(widths) > Console().width:  # numbers in place of long names
        yield from (f"  {number}  {name}" for number, name in enumerate(names, 1))
        names = [str(number) for number in range(1, len(names) + 1)]
        widths = [max(map(len, column)) for column in zip(*[["", *names], *table])]
    yield _score_line(["", *names], widths, ["bold"] * (len(names) + 1))
    for row, cells in zip(rows, table):
        styles = ["bold green" if n in row.best else "" for n in range(len(names))]
        yield _score_line(cells, widths, ["", *styles])
    yield Text(LEGEND, "dim")
    yield from _made(scores) if verbose else []


def _score_line(cells: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> Text:
    first, *others = zip(cells, widths, styles)
    parts = [(f"  {text.rjust(width)}", style) for text, width, style in others]
    return Text.assemble("  ", (first[0].ljust(first[1]), first[2]), *parts)


def _made(scores: "ScoreHistories") -> Iterator[Line]:
    from gankit.reporting.scores_section import provenance

    for letter, made in scores.protocols.items():
        yield f"  made {letter}  " + ", ".join(f"{name} {text}" for name, text in provenance(made))
