"""gankit sample: images of a run's generator."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gankit.cli.app import command
from gankit.cli.console import show_lines, show_next
from gankit.cli.options import (
    CheckpointName,
    Cpu,
    PluginFiles,
    Run,
    RunBackend,
    Seed,
    flag,
    number,
    text,
)
from gankit.files import found_run, written
from gankit.messages import typed

if TYPE_CHECKING:
    import numpy as np

    from gankit.api.sample import Samples


@command(
    "sample runs/quickstart-1 --checkpoint best",
    "sample runs/quickstart-1 --count 16 --seed 7 --grid --out images",
)
def sample(
    run: Run,
    others: Annotated[
        list[Path] | None, typer.Argument(metavar="RUN", help="More runs, for --ensemble.")
    ] = None,
    count: Annotated[int, number("The number of samples.")] = 64,
    seed: Seed = 0,
    label: Annotated[list[str] | None, text("CLASS", "Draw only this class. Repeatable.")] = None,
    where: Annotated[
        list[str] | None,
        text("NAME=VALUE", "Take inputs from examples like attributes.smiling=1. Repeatable."),
    ] = None,
    truncation: Annotated[
        float | None, number("Keep the noise within this bound.", 0.01, "X")
    ] = None,
    reject: Annotated[
        float | None,
        text("FRACTION", "Reject this fraction of samples: those least real to the discriminator."),
    ] = None,
    ensemble: Annotated[
        bool, flag("--ensemble", "Mix the samples of all runs, as if from one generator.")
    ] = False,
    weights: Annotated[
        str, text("W,W,...", "How often each run of an ensemble is drawn; equally by default.")
    ] = "",
    grid: Annotated[bool, flag("--grid", "Write one sheet instead of single files.")] = False,
    out: Annotated[Path | None, text("DIR", "The folder of the images.", "RUN/images")] = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    cpu: Cpu = False,
) -> None:
    """Write samples of a run's generator as images."""
    from gankit.api.generator import Generator
    from gankit.api.mixture import mixture
    from gankit.api.sample import sample

    runs = [run, *map(found_run, others or ())]
    if len(runs) > 1 and not ensemble:
        raise typer.BadParameter("several runs need --ensemble", param_hint="RUN")
    generators = (Generator.open(each, backend, cpu, plugin or (), checkpoint) for each in runs)
    values = dict(map(_value, where or ()))
    parts = [
        sample(each, count, seed, label or (), truncation, reject, values) for each in generators
    ]
    samples = mixture(parts, _numbers(weights), seed)
    ways: dict[str, object] = {"label": "-".join(label or ()), "truncation": truncation}
    ways |= {"ensemble": "-".join(each.name for each in runs[1:]), "weights": weights}
    ways |= {"where": "-".join(f"{name}-{value}" for name, value in values.items())}
    ways |= {"reject": reject, "checkpoint": checkpoint if checkpoint != "last" else None}
    paths = write(samples, out or run / "images", _stem(seed, ways), grid)
    made = f"{len(paths)} images, the first " if len(paths) > 1 else ""
    lines = [f"wrote {made}{paths[0]}"]
    if reject is not None:
        lines.append(f"the discriminator accepted {samples.accepted:,} of {samples.drawn:,} drawn")
    show_lines(lines)
    show_next(f"gankit score {typed(run)}")


def _numbers(text: str) -> list[float]:
    try:
        return [float(each) for each in text.split(",") if text]
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not W,W,…", param_hint="--weights") from None


def _value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--where")
    return name, value


def write(samples: "Samples", out: Path, stem: str, grid: bool) -> list[Path]:
    """Write samples as one sheet or, unless they are rows, as single files; return the paths.

    Values that are not images are also written as an array.
    """
    from gankit.pictures import sheets

    with written(out):
        out.mkdir(parents=True, exist_ok=True)
    images = None if grid else samples.images
    if images is None:
        pages = {f"sheet-{stem}.png": samples.sheet}
    else:
        pages = {
            f"sample-{stem}-{i:04d}.png": sheets.grid(image[None], gap=0, scale=1)
            for i, image in enumerate(images)
        }
    if samples.behind is not None:
        write_array(samples.values, out / f"values-{stem}.npy")
    for name, page in pages.items():
        sheets.write_png(page, out / name)
    return [out / name for name in pages]


def write_array(values: "np.ndarray", path: Path) -> None:
    """Write an array as a file of NumPy."""
    import numpy as np

    from gankit.files import write

    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    write(path, file.getvalue())


def _stem(seed: int, ways: dict[str, object]) -> str:
    """Return what tells files apart: the seed, and how the samples were chosen."""
    chosen = [f"-{way}-{value}" for way, value in ways.items() if value]
    return "".join([str(seed), *chosen]).replace("/", "-")
