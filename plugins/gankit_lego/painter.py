"""Many images, on all cores.

The workers are processes started by this module's name: they import numpy and this renderer, never
keras or the user's script, so that they start in a moment wherever `lego` is called from.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path

import numpy as np

import gankit
from gankit_lego.kinds import KINDS
from gankit_lego.picture import Style, draw

SHARE = 256  # images for which starting a worker pays


@dataclass(frozen=True)
class Order:
    """Images to paint: the i-th shows kind i modulo their number, its view is of (seed, i) alone.

    Args:
        kinds: Names of kinds of brick.
        count: How many images.
        seed: What the views and colours are drawn from.
        style: How the images are taken.
    """

    kinds: tuple[str, ...]
    count: int
    seed: int
    style: Style

    @classmethod
    def from_json(cls, text: str) -> "Order":
        """The order that `json.dumps(asdict(order))` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "style": Style(**fields["style"])})


def paint(order: Order, file: Path, workers: int | None = None) -> None:
    """Write the ordered images to a .npy file, uint8 (count, size, size, channels).

    Args:
        order: What to paint.
        file: Where to.
        workers: How many processes paint; the images do not depend on it.
    """
    _reserve(file, (order.count, *order.style.shape))
    workers = workers or min(os.cpu_count() or 1, 1 + order.count // SHARE)
    with gankit.progress("rendering bricks", order.count) as advance:
        if workers == 1:
            _paint_part(order, file, 0, 1, advance)
        else:
            _hire(order, file, workers, advance)


def _reserve(file: Path, shape: tuple[int, ...]) -> None:
    """Write zeros: a full disk is an error here, where under a worker's map it were a crash."""
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    with file.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for _ in range(shape[0]):
            out.write(bytes(prod(shape[1:])))


def _paint_part(order: Order, file: Path, first: int, step: int, advance: Callable) -> None:
    """Paint every `step`-th image from `first` on."""
    meshes = [KINDS[kind]() for kind in order.kinds]
    images = np.load(file, mmap_mode="r+")
    for i in range(first, order.count, step):
        random = np.random.default_rng((order.seed, i))
        images[i] = draw(meshes[i % len(meshes)], order.style, random)
        advance(1)
    images.flush()


def _hire(order: Order, file: Path, workers: int, advance: Callable) -> None:
    """Let each of the workers paint a share; a byte that they write is an image."""
    reports, report = os.pipe()
    crew = [_start(order, file, first, workers, report) for first in range(workers)]
    os.close(report)
    try:
        while done := os.read(reports, 4096):
            advance(len(done))
        codes = [worker.wait() for worker in crew]
        if any(codes):
            raise RuntimeError(f"the workers that render bricks ended with {codes}")
    finally:
        os.close(reports)
        for worker in crew:
            worker.kill()
            worker.wait()


def _start(order: Order, file: Path, first: int, step: int, report: int) -> subprocess.Popen:
    share = [json.dumps(asdict(order)), str(file), str(first), str(step)]
    surroundings = {**os.environ, **_ALONE, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__, *share],
        stdout=report,
        env=surroundings,
        start_new_session=True,  # Ctrl-C is for gankit, which then ends its workers
    )


# One thread each; and freed memory is kept, as to hand it back takes a fifth of the time.
_ALONE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "67108864",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_TOP_PAD_": "16777216",
}


def _work(order: str, file: str, first: str, step: str) -> None:
    """Paint a share in a process of its own, and write a byte for every image."""
    with suppress(BrokenPipeError):  # gankit is gone
        share = Order.from_json(order), Path(file), int(first), int(step)
        _paint_part(*share, lambda count: os.write(1, b"." * count))


if __name__ == "__main__":
    _work(*sys.argv[1:])
