"""gankit export: a run's networks as files that need no gankit."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from rich.text import Text

from gankit.api.export import Export
from gankit.api.export import export as export_run
from gankit.cli.app import command
from gankit.cli.console import Line, show_lines
from gankit.cli.options import AsJson, CheckpointName, PluginFiles, Run, RunBackend, text
from gankit.exporting.formats import FORMATS
from gankit.messages import listed

if TYPE_CHECKING:
    Format = str
else:
    Format = Literal[tuple(FORMATS)]


@command("export runs/quickstart-1", "export runs/quickstart-1 --format onnx --out bricks.onnx")
def export(
    run: Run,
    format: Annotated[Format, text("FORMAT", f"{listed(FORMATS)}.")] = "keras",
    network: Annotated[str, text("NAME", "The network.")] = "generator",
    out: Annotated[Path | None, text("PATH", "The file to write.", "RUN/NETWORK.SUFFIX")] = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    as_json: AsJson = False,
) -> None:
    """Write a run's generator to a file that loads without gankit, and verify it."""
    written = export_run(run, format, network, out, checkpoint, plugin or (), backend, cpu=True)
    if as_json:
        print(json.dumps(asdict(written), default=str, ensure_ascii=False))
    else:
        show_lines(_lines(written))


def _lines(written: Export) -> Iterator[Line]:
    about = written.about
    weights = "its averaged weights" if about["averaged"] else "its own weights"
    yield Text(f"wrote {written.path}", "bold green")
    yield f"  the {about['network']} of step {about['step']:,} by {weights}, of {_inputs(about)}"
    yield f"  loaded again, its output differs from the run's by at most {written.difference:.2g}"
    yield f"→ {written.load}"


def _inputs(about: Mapping[str, Any]) -> str:
    """Return the inputs of a network, e.g. `noise (batch, 64) and labels (batch)`."""
    return " and ".join(
        f"{x['name']} ({', '.join('any' if n is None else str(n) for n in ['batch', *x['shape']])})"
        for x in about["inputs"]
    )
