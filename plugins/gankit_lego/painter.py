"""Many pictures, on all cores.

The workers are processes started by this module's name: they import numpy and this renderer, never the
user's script or keras, so that they start in a moment wherever `lego` is called from.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import gankit
from gankit_lego.kinds import KINDS
from gankit_lego.picture import Style, draw

SHARE = 256  # pictures for which starting a worker pays


@dataclass(frozen=True)
class Order:
    """Pictures to paint: picture i shows kind i modulo their number, and depends on (seed, i) alone.

    Args:
        kinds: Names of kinds of brick.
        count: How many pictures.
        seed: What the views and colours are drawn from.
        style: How the pictures are taken.
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
    """Write the ordered pictures to a .npy file, uint8 (count, size, size, channels).

    Args:
        order: What to paint.
        file: Where to.
        workers: How many processes paint; the pictures do not depend on it.
    """
    # Zeros are written first: on a full disk that is an OSError, where a worker's map would crash.
    np.save(file, np.zeros((order.count, *order.style.shape), np.uint8))
    workers = workers or min(os.cpu_count() or 1, 1 + order.count // SHARE)
    with gankit.progress("rendering bricks", order.count) as advance:
        if workers == 1:
            _paint_share(order, file, 0, 1, advance)
        else:
            _hire(order, file, workers, advance)


def _paint_share(order: Order, file: Path, first: int, step: int, advance: Callable) -> None:
    """Paint every `step`-th picture from `first` on."""
    meshes = [KINDS[kind]() for kind in order.kinds]
    pictures = np.load(file, mmap_mode="r+")
    for i in range(first, order.count, step):
        random = np.random.default_rng((order.seed, i))
        pictures[i] = draw(meshes[i % len(meshes)], order.style, random)
        advance(1)
    pictures.flush()


def _hire(order: Order, file: Path, workers: int, advance: Callable) -> None:
    """Let workers paint a share each; every line that they write is a picture."""
    read, write = os.pipe()
    command = [sys.executable, "-P", "-m", __name__, json.dumps(asdict(order)), str(file)]
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    crew = [
        subprocess.Popen(
            [*command, str(i), str(workers)],
            stdout=write,
            env=surroundings,
            start_new_session=True,  # Ctrl-C is for us
        )
        for i in range(workers)
    ]
    os.close(write)
    try:
        with os.fdopen(read) as lines:
            for line in lines:
                advance(len(line.strip()))
        if any([worker.wait() for worker in crew]):
            raise RuntimeError(f"a worker that renders bricks failed: {' '.join(command)}")
    finally:
        for worker in crew:
            worker.kill()
            worker.wait()


def _work(order: str, file: str, first: str, step: str) -> None:
    report = lambda count: print("." * count, flush=True)  # noqa: E731
    _paint_share(Order.from_json(order), Path(file), int(first), int(step), report)


if __name__ == "__main__":
    _work(*sys.argv[1:])
