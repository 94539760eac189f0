"""gankit runs: the runs in a folder, and how far each is."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from gankit.cli.app import command
from gankit.cli.console import Line, aligned, show_lines, show_next
from gankit.cli.options import AsJson
from gankit.messages import typed
from gankit.terminal import show_warning

if TYPE_CHECKING:
    from gankit.api.runs import RunSummary

STATES = {"training": "bold cyan", "finished": "green", "stopped": "yellow", "damaged": "red"}


@command("runs", "runs elsewhere --json")
def runs(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder of the runs.")
    ] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """List the runs in a folder, the newest first: epochs, state, deciding score, age."""
    from gankit.api.runs import summaries

    found = summaries(folder)
    if as_json:
        print(json.dumps([asdict(each) for each in found], default=str, ensure_ascii=False))
        return
    if not found:
        show_lines([f"no runs in {folder}"])
        show_next("gankit run quickstart")
        return
    show_lines(_lines(found))
    for each in found:
        if each.problem:
            show_warning(each.problem)
    show_next(f"gankit report {typed(found[0].path)} --open")


def _lines(found: "list[RunSummary]") -> Iterator[Line]:
    now = datetime.now(UTC)
    rows = [("run", "recipe", "epochs", "state", "best score", "age")]
    for each in found:
        epochs = f"{each.epoch}/{each.epochs}" if each.epochs else ""
        rows.append((each.name, each.recipe, epochs, each.state, each.score, each.age(now)))
    head, *lines = aligned(rows, ["bold", "", "", "", "", "dim"])
    yield Text(head.plain, "dim")
    for each, line in zip(found, lines):
        line.highlight_words([f" {each.state} "], STATES[each.state])
        yield line
