"""gankit diagnose: what went wrong with a run, or with any training that has a log."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from gankit.cli.app import command
from gankit.cli.console import Line, show_lines
from gankit.cli.options import AsJson, PluginFiles, flag, text
from gankit.errors import GankitError
from gankit.files import found_run
from gankit.messages import counted, shown

if TYPE_CHECKING:
    from gankit.reporting.diagnosis import Diagnosis

STYLES = {"note": "cyan", "warn": "yellow", "dead": "red", "over": "dim"}


@command(
    "diagnose runs/quickstart-1",
    "diagnose log.csv --loss bce --columns d_loss=errD,g_loss=errG",
)
def diagnose(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|LOG.csv|FOLDER",
            help="A run, a table with a row for each step or epoch, or TensorBoard's folder.",
        ),
    ],
    loss: Annotated[
        str | None,
        text("NAME", "The loss of a log, from gankit list losses; runs need none."),
    ] = None,
    columns: Annotated[
        str,
        text("NAME=COLUMN,…", "Columns for d_loss, g_loss, score, step; usual names are found."),
    ] = "",
    plugin: PluginFiles = None,
    verbose: Annotated[bool, flag("-v", "Say how far such verdicts can be trusted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what went wrong in a training, since when, how certain that is, and what to do."""
    named = _named(columns)
    from gankit.backend import choose_backend

    choose_backend(None, cpu=True)
    from gankit.reporting.diagnosis import diagnose as judged

    found = judged(found_run(source), loss, named, plugin or ())
    if as_json:
        facts = {"points": found.points, "events": found.events}
        facts |= {"notes": found.notes, "belief": found.belief}
        print(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        show_lines(_lines(found, verbose))


def _named(columns: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in columns.split(",") if pair]
    for name, equals, column in pairs:
        if not (name.strip() and equals and column.strip()):
            raise GankitError(
                f"--columns takes NAME=COLUMN,… Received: {shown(columns)}",
                "--columns d_loss=errD,g_loss=errG",
            )
    return {name.strip(): column.strip() for name, _, column in pairs}


def _lines(found: "Diagnosis", verbose: bool) -> Iterator[Line]:
    from gankit.sentinel.wording import text

    if not found.points:
        yield "too short to judge: nothing has been measured yet"
        return
    yield f"judged at {counted(found.points, 'point')} of the training"
    for event in found.events:
        level = "over" if event["event"] == "ends" else event["level"]
        where = f"step {event['step']:,}"
        yield Text.assemble((f"{level:<5}", STYLES[level]), f"{where:<14} {text(event)}")
    if not found.events:
        yield "no problem found; whether the samples are good, only they and their scores show"
    yield ""
    yield from found.notes
    yield from found.belief if verbose else ()
