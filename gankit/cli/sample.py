"""gankit sample: pictures from a run."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gankit.cli.options import Backend, CheckpointName, Cpu, PluginFiles, Run

EXAMPLES = """
Examples:

  gankit sample runs/quickstart-1 --checkpoint best

  gankit sample runs/quickstart-1 --count 16 --seed 7 --grid --out pictures
"""


def sample(
    run: Run,
    count: Annotated[int, typer.Option(metavar="N", min=1, help="The number of samples.")] = 64,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of the noise.")] = 0,
    grid: Annotated[
        bool, typer.Option("--grid", metavar="", help="One sheet instead of single files.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder.", show_default="RUN/pictures")
    ] = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: Backend = None,
    cpu: Cpu = False,
) -> None:
    """Write pictures that the generator of a run makes."""
    paths = draw(run, count, seed, grid, out, backend, cpu, plugin or [], checkpoint)
    made = f"{len(paths)} pictures, the first" if len(paths) > 1 else "the sheet"
    Console().print(f"wrote {made} {paths[0]}", highlight=False, soft_wrap=True)


def draw(
    path,
    count=64,
    seed=0,
    grid=False,
    out=None,
    backend=None,
    cpu=False,
    plugins=(),
    checkpoint="last",
):
    """Write pictures from one of a run's checkpoints and return their paths.

    Raises:
        GankitError: It is no run, it has no such checkpoint, or what made it is no longer there.
    """
    from gankit.backend import choose_backend
    from gankit.run.folder import RunFolder

    run = RunFolder.open(path)
    choose_backend(backend or run.read_facts()["backend"], cpu)
    from gankit.run.load import restore
    from gankit.sampling import sample

    restored = restore(run, plugins, checkpoint)
    samples = sample(restored.gan, count, seed, restored.facts.classes)
    return _write(samples, out or run.path / "pictures", seed, grid)


def _write(samples, out: Path, seed: int, grid: bool) -> list[Path]:
    from gankit import pictures

    out.mkdir(parents=True, exist_ok=True)
    if grid or samples.ndim == 2:
        sheets = {f"sheet-{seed}.png": pictures.sheet(samples)}
    else:
        images = pictures.to_uint8(samples)
        sheets = {
            f"sample-{seed}-{i:04d}.png": pictures.grid(image[None], gap=0, scale=1)
            for i, image in enumerate(images)
        }
    for name, picture in sheets.items():
        pictures.write_png(picture, out / name)
    return [out / name for name in sheets]
