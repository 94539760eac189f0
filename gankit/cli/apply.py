"""gankit apply: a run's network over a folder of images."""

from pathlib import Path
from typing import Annotated

import typer

from gankit.cli.app import command
from gankit.cli.console import show_lines
from gankit.cli.options import CheckpointName, Cpu, PluginFiles, Run, RunBackend, text


@command(
    "apply runs/srgan_lego-1 small_images",
    "apply runs/cyclegan_lego-1 photos --network g_ab --out dark_photos",
)
def apply(
    run: Run,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of images.")],
    network: Annotated[
        str, text("NAME", "The network, if several take images.", "the only one")
    ] = "",
    out: Annotated[
        Path | None, text("DIR", "The folder of the results.", "RUN/images/NETWORK")
    ] = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    cpu: Cpu = False,
) -> None:
    """Run an image-to-image network over a folder of images."""
    from gankit.api.apply import apply

    made = apply(run, folder, out, network, checkpoint, plugin or (), backend, cpu)
    several = f"{len(made.paths)} images, the first " if len(made.paths) > 1 else ""
    lines = [f"wrote {several}{made.paths[0]}"]
    if made.fixed:
        size = " × ".join(map(str, made.fixed))
        lines.append(f"{made.network} takes images of {size} only: they were cropped to it")
    show_lines(lines)
