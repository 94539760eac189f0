"""gankit sample: images of a run's generator."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from gankit.files import written
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
    count: Annotated[int, number("The number of samples.")] = 64,
    seed: Seed = 0,
    label: Annotated[list[str] | None, text("CLASS", "Draw only this class. Repeatable.")] = None,
    truncation: Annotated[
        float | None, number("Keep the noise within this bound.", 0.01, "X")
    ] = None,
    reject: Annotated[
        float | None,
        text("FRACTION", "Reject this fraction of samples, the least real to the discriminator."),
    ] = None,
    grid: Annotated[bool, flag("--grid", "Write one sheet instead of single files.")] = False,
    out: Annotated[Path | None, text("DIR", "The folder of the images.", "RUN/images")] = None,
    checkpoint: CheckpointName = "last",
    plugin: PluginFiles = None,
    backend: RunBackend = None,
    cpu: Cpu = False,
) -> None:
    """Write samples of a run's generator as images."""
    from gankit.api.generator import Generator
    from gankit.api.sample import sample

    generator = Generator.open(run, backend, cpu, plugin or (), checkpoint)
    samples = sample(generator, count, seed, label or (), truncation, reject)
    ways: dict[str, object] = {"label": "-".join(label or ()), "truncation": truncation}
    ways |= {"reject": reject, "checkpoint": checkpoint if checkpoint != "last" else None}
    paths = write(samples, out or run / "images", _stem(seed, ways), grid)
    made = f"{len(paths)} images, the first " if len(paths) > 1 else ""
    lines = [f"wrote {made}{paths[0]}"]
    if reject is not None:
        lines.append(f"the discriminator accepted {samples.accepted:,} of {samples.drawn:,} drawn")
    show_lines(lines)
    show_next(f"gankit score {typed(run)}")


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
