"""gankit sample: images from a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gankit.cli.console import show_lines, show_next
from gankit.cli.options import CheckpointName, Cpu, PluginFiles, Run, RunBackend

if TYPE_CHECKING:
    from gankit.api.sample import Samples

EXAMPLES = """
Examples:

  gankit sample runs/quickstart-1 --checkpoint best

  gankit sample runs/quickstart-1 --count 16 --seed 7 --grid --out images
"""


def sample(
    run: Run,
    count: Annotated[int, typer.Option(metavar="N", min=1, help="The number of samples.")] = 64,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the noise.")] = 0,
    label: Annotated[
        list[str] | None, typer.Option(metavar="CLASS", help="Draw this class only. Repeatable.")
    ] = None,
    truncation: Annotated[
        float | None,
        typer.Option(metavar="X", min=0.01, help="Keep the noise within this bound."),
    ] = None,
    reject: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Leave out this share of samples, the least real to the discriminator.",
        ),
    ] = None,
    grid: Annotated[
        bool, typer.Option("--grid", metavar="", help="One sheet instead of single files.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder.", show_default="RUN/images")
    ] = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    cpu: Cpu = False,
) -> None:
    """Write images that the generator of a run makes."""
    from gankit.api.generator import Generator
    from gankit.api.sample import sample

    generator = Generator.open(run, backend, cpu, plugin or (), checkpoint)
    samples = sample(generator, count, seed, label or (), truncation, reject)
    ways = {"label": label and "-".join(label), "truncation": truncation, "reject": reject}
    ways["checkpoint"] = checkpoint if checkpoint != "last" else None
    paths = write(samples, out or run / "images", _stem(seed, ways), grid)
    made = f"{len(paths)} images, the first " if len(paths) > 1 else ""
    lines = [f"wrote {made}{paths[0]}"]
    if reject is not None:
        lines.append(f"the discriminator accepted {samples.accepted:,} of {samples.drawn:,} drawn")
    show_lines(lines)
    show_next(f"gankit score {run}")


def write(samples: "Samples", out: Path, stem: str, grid: bool) -> list[Path]:
    """Write samples as one sheet or as single files, and return the paths.

    Args:
        samples: Points are always one sheet.
        out: The folder.
        stem: Of the files' names.
        grid: Whether images are to be on one sheet.
    """
    from gankit.data.scaling import to_uint8
    from gankit.pictures import sheets

    out.mkdir(parents=True, exist_ok=True)
    if grid or samples.values.ndim == 2:
        pages = {f"sheet-{stem}.png": samples.sheet}
    else:
        images = to_uint8(samples.values)
        pages = {
            f"sample-{stem}-{i:04d}.png": sheets.grid(image[None], gap=0, scale=1)
            for i, image in enumerate(images)
        }
    for name, picture in pages.items():
        sheets.write_png(picture, out / name)
    return [out / name for name in pages]


def _stem(seed: int, ways: dict[str, object]) -> str:
    """Return what tells files apart: the seed, and how the samples were chosen."""
    chosen: Sequence[str] = [f"-{way}-{value}" for way, value in ways.items() if value]
    return "".join([str(seed), *chosen]).replace("/", "-")
