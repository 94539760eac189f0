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
from gankit.cli.console import Line, aligned, show_lines, show_warning
from gankit.cli.options import (
    CheckpointName,
    Cpu,
    PluginFiles,
    RunBackend,
    Seed,
    number,
    text,
)

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
        typer.Argument(
            metavar="RUN RUN...", help="The runs' folders.", autocompletion=completion.runs
        ),
    ],
    out: Annotated[Path | None, text("PATH", "The page, or its folder.", "compare.html")] = None,
    count: Annotated[int, number("Samples of each run; 0 for none.", 0)] = 16,
    seed: Seed = 0,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    cpu: Cpu = False,
) -> None:
    """Compare runs: settings that differ, scores, curves in one chart, samples of equal noise."""
    found = compare_runs(runs, out, count, seed, checkpoint, plugin or (), backend, cpu)
    show_lines(comparison_lines(found))
    for note in found.notes():
        show_warning(note)
    show_lines([f"wrote {found.page.path}"])


def comparison_lines(found: "Comparison") -> Iterator[Line]:
    """Yield the differences and the scores."""
    titles = {"settings that differ": found.settings, "made with": found.made}
    for title, differences in titles.items():
        if differences:
            yield from (Text(title, "cyan"), *_differences(found.names, differences), "")
    if not found.settings:
        yield from ("no setting differs", "")
    if found.scores.histories:
        yield from (Text("scores", "cyan"), *_scores(found.names, found.scores), "")


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


def _scores(names: Sequence[str], scores: "ScoreHistories") -> Iterator[Line]:
    """Yield the scores, then how the scores with each letter were made."""
    from gankit.reporting.scores_section import cells, provenance

    head = ("run", "made", "last", "epoch", "best", "epoch")
    rows = [(s.title, names[s.run], s.protocol, *cells(s)[:4]) for s in scores.histories]
    yield from _table(("score", *head), rows, ("bold", "", "", "green", "", "green", ""))
    for letter, made in scores.protocols.items():
        yield f"  made {letter}  " + ", ".join(f"{name} {text}" for name, text in provenance(made))


def _table(
    head: Sequence[str], rows: Sequence[Sequence[str]], styles: Sequence[str]
) -> Iterator[Line]:
    """Yield the rows; if they are too wide, the first cells get lines of their own."""
    lines = aligned([head, *rows], styles, cut=False)
    if max(map(len, lines)) <= Console().width:
        yield from lines
        return
    first, *lines = aligned([each[1:] for each in (head, *rows)], styles[1:], cut=False)
    yield Text.assemble("  ", first)
    titles = [row[0] for row in rows]
    for title, before, line in zip(titles, ["", *titles], lines):
        yield from [Text(f"  {title}", styles[0])] * (title != before)
        yield Text.assemble("  ", line)
