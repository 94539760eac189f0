"""Rendering many images on all cores.

The workers run this module: unlike those of `multiprocessing`, they never import the user's script,
and they start quickly, because this module does not import Keras.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from math import prod
from pathlib import Path

import numpy as np

import gankit
from gankit_lego.kinds import KINDS
from gankit_lego.picture import Ground, Style, draw

SHARE = 256  # images that are worth another worker


@dataclass(frozen=True)
class Order:
    """Images to render: the i-th shows kind i modulo their number, by the seed (seed, i)."""

    kinds: tuple[str, ...]
    count: int
    seed: int
    style: Style

    @classmethod
    def from_json(cls, text: str) -> "Order":
        """Read the order from `json.dumps(asdict(order))`."""
        fields = json.loads(text)
        return cls(**{**fields, "style": Style(**fields["style"])})

    def random(self, i: int) -> np.random.Generator:
        """The random numbers of the i-th image."""
        return np.random.default_rng((self.seed, i))

    def ground(self, i: int) -> Ground:
        """The ground of the i-th image; on mixed ground, each kind is on white and dark in turn."""
        if self.style.ground != "mixed":
            return self.style.ground
        return "dark" if i // len(self.kinds) % 2 else "white"


def paint(order: Order, file: Path, workers: int | None = None) -> None:
    """Write the images to a .npy file, uint8 (count, size, size, channels).

    They do not depend on the number of workers.
    """
    _reserve(file, (order.count, *order.style.shape))
    workers = workers or min(os.cpu_count() or 1, 1 + order.count // SHARE)
    with gankit.progress("rendering bricks", order.count) as advance:
        if workers == 1:
            _paint_part(order, file, 0, 1, advance)
        else:
            _paint_with(workers, order, file, advance)


def _reserve(file: Path, shape: tuple[int, ...]) -> None:
    """Write zeros, because a full disk is an error here, but a crash in a memory map."""
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    with file.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for _ in range(shape[0]):
            out.write(bytes(prod(shape[1:])))


def _paint_part(
    order: Order, file: Path, first: int, step: int, advance: Callable[[int], object]
) -> None:
    """Paint every `step`-th image from `first` on."""
    meshes = [KINDS[kind]() for kind in order.kinds]
    images = np.load(file, mmap_mode="r+")
    for i in range(first, order.count, step):
        style = replace(order.style, ground=order.ground(i))
        images[i] = draw(meshes[i % len(meshes)], style, order.random(i))
        advance(1)
    images.flush()


def _paint_with(workers: int, order: Order, file: Path, advance: Callable[[int], object]) -> None:
    """Let each worker paint a part; it writes a byte for each image."""
    reports, report = os.pipe()
    processes = [_start(order, file, first, workers, report) for first in range(workers)]
    os.close(report)
    try:
        while done := os.read(reports, 4096):
            advance(len(done))
        codes = [process.wait() for process in processes]
        if any(codes):
            raise RuntimeError(f"the workers that render bricks exited with {codes}")
    finally:
        os.close(reports)
        for process in processes:
            process.kill()
            process.wait()


def _start(
    order: Order, file: Path, first: int, step: int, report: int
) -> "subprocess.Popen[bytes]":
    part = [json.dumps(asdict(order)), str(file), str(first), str(step)]
    environment = {**os.environ, **_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__, *part],
        stdout=report,
        env=environment,
        start_new_session=True,  # Ctrl-C reaches only gankit, which then kills its workers
    )


# One thread each. Keeping freed memory, instead of returning it, saves a fifth of the time.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "67108864",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_TOP_PAD_": "16777216",
}


def _work(order: str, file: str, first: str, step: str) -> None:
    """Paint a part, and write a byte for each image."""
    with suppress(BrokenPipeError):  # gankit was killed
        part = Order.from_json(order), Path(file), int(first), int(step)
        _paint_part(*part, lambda count: os.write(1, b"." * count))


if __name__ == "__main__":
    _work(*sys.argv[1:])
