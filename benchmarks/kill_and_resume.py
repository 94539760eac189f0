"""Kill a run in its middle, resume it, and compare its weights with those of a run in one piece.

    python benchmarks/kill_and_resume.py jax FOLDER

On a CPU the two have the same bits. On a GPU the kernels may sum in another order in each process,
so the largest difference between two runs in one piece is printed beside it.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

RECIPE = "quickstart"
SMALL = {"dataset.count": "1024", "training.epochs": "4", "training.checkpoint_every": "5"}


def main(backend: str, folder: Path) -> None:
    """Print the largest difference of a resumed run, and of a second one in one piece."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("whole", "again"):
        started(backend, folder / name).check_returncode()
    killed = subprocess.Popen(command(backend, folder / "killed"))
    while not any(step > 10 for step in saved(folder / "killed")):
        if killed.poll() is not None:
            raise SystemExit("the run ended before it was killed")
        time.sleep(0.02)
    killed.kill()
    killed.wait()
    words = [sys.executable, "-m", "gankit", "run", "--resume", str(folder / "killed")]
    subprocess.run(words, check=True)
    whole = weights(folder / "whole")
    for name in ("killed", "again"):
        print(f"{name}: largest difference {difference(whole, weights(folder / name)):.3g}")


def command(backend: str, run: Path) -> list[str]:
    """Return the command that trains the recipe."""
    words = [sys.executable, "-m", "gankit", "run", RECIPE, "--backend", backend, "--out", str(run)]
    return [*words, *(word for option in SMALL.items() for word in ("--set", "=".join(option)))]


def started(backend: str, run: Path) -> subprocess.CompletedProcess[bytes]:
    """Train the recipe to its end."""
    return subprocess.run(command(backend, run))


def saved(run: Path) -> Iterator[int]:
    """Yield the step of each checkpoint."""
    for path in run.glob("checkpoints/step-*"):
        yield int(path.name.removeprefix("step-"))


def weights(run: Path) -> list[np.ndarray]:
    """Return the arrays of the newest checkpoint, in order: Keras numbers their names."""
    newest = max(run.glob("checkpoints/step-*"), key=lambda path: path.name)
    with np.load(newest / "state.npz") as arrays:
        return [arrays[name].astype("float64") for name in arrays.files]


def difference(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> float:
    """Return the largest difference of two checkpoints."""
    pairs = zip(one, other, strict=True)
    return max(float(np.abs(x - y).max(initial=0)) for x, y in pairs)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
