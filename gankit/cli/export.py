"""gankit export: a run's networks for where there is no gankit."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from gankit.api.export import Export
from gankit.api.export import export as export_run
from gankit.cli.console import show_lines
from gankit.cli.options import AsJson, CheckpointName, PluginFiles, Run, RunBackend
from gankit.exporting.formats import FORMATS
from gankit.messages import listed

EXAMPLES = """
Examples:

  gankit export runs/quickstart-1

  gankit export runs/quickstart-1 --format onnx --out bricks.onnx
"""

Format = StrEnum("Format", {name.replace("-", "_"): name for name in FORMATS})


def export(
    run: Run,
    format: Annotated[
        Format, typer.Option(metavar="FORMAT", help=f"{listed(FORMATS)}.")
    ] = Format.keras,
    network: Annotated[str, typer.Option(metavar="NAME", help="Of the game.")] = "generator",
    out: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Where to write.", show_default="RUN/NETWORK.SUFFIX"),
    ] = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    as_json: AsJson = False,
) -> None:
    """Write a run's generator for where there is no gankit; it is loaded again and compared."""
    written = export_run(
        run, format.value, network, out, checkpoint, plugin or (), backend, cpu=True
    )
    if as_json:
        print(json.dumps(asdict(written), default=str, ensure_ascii=False))
    else:
        show_lines(_lines(written))


def _lines(written: Export) -> Iterator[Text | str]:
    about = written.about
    weights = "its averaged weights" if about["averaged"] else "its own weights"
    yield Text(f"wrote {written.path}", "bold green")
    yield f"  the {about['network']} of step {about['step']:,} by {weights}, of {_taken(about)}"
    yield f"  loaded again, its output differs from the run's by at most {written.difference:.2g}"
    yield f"→ {written.load}"


def _taken(about: Mapping) -> str:
    """Return what the network takes, e.g. `noise (batch, 64) and labels (batch)`."""
    return " and ".join(
        f"{x['name']} ({', '.join(map(str, ['batch', *x['shape']]))})" for x in about["inputs"]
    )
