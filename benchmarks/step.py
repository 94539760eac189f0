"""Time a step side by side: by hand-written code and by gankit on its backends.

The game is the LEGO DCGAN (by S3, by a plain PyTorch loop, by the best one we can write, and by
bare JAX) or `ring_best` (by plain PyTorch loops).

Each arm is a process that plays a few steps in turn, in rounds (A B C A B C …), so that other load
on the machine disturbs all arms alike. Ratios are medians over rounds of the ratio within a round.

    python benchmarks/step.py --rounds 6 --arms "s3,plain,tensorflow,torch/mixed_bfloat16"
    python benchmarks/step.py --game ring_best --steps 100 --arms "plain,fused,torch,jax"
    python benchmarks/step.py --game ring_best --steps 500 --arms "fit,several" --cpu

The arms `fit` and `several` are gankit's step on JAX as `fit` plays it, one or several in a call.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

BACKENDS = ("tensorflow", "jax", "torch")
ARMS = {
    "dcgan_lego": (
        "s3",
        "plain",
        "best",
        "bare_jax",
        *BACKENDS,
        *(f"{b}/mixed_bfloat16" for b in BACKENDS),
    ),
    "ring_best": ("plain", "fused", *BACKENDS, "fit", "several"),
}


def main(
    batch: int = 128,
    rounds: int = 6,
    steps: int = 2,
    arms: str = "",
    game: str = "dcgan_lego",
    cpu: bool = False,
) -> None:
    """Print the median time of a step for each arm, and its ratios to the first two arms.

    With --cpu it is the time of all threads on the CPU, which other load disturbs less.
    """
    names = arms.split(",") if arms else ARMS[game]
    clock = "process_time" if cpu else "perf_counter"
    players = {name: Arm(name, batch, game, clock) for name in names}
    for player in players.values():  # together; importing and compiling are not measured
        player.wait()
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in track(range(rounds), "rounds", console=Console(stderr=True), transient=True):
        for name, player in players.items():
            times[name].append(player.milliseconds(steps))
    for player in players.values():
        player.close()
    Console().print(table(times, batch, steps, game))


class Arm:
    """A process that plays steps when told to."""

    def __init__(self, name: str, batch: int, game: str, clock: str):
        kind, _, policy = name.partition("/")
        backend = {
            "s3": "tensorflow",
            "plain": "torch",
            "fused": "torch",
            "best": "torch",
            "bare_jax": "jax",
            "fit": "jax",
            "several": "jax",
        }.get(kind, kind)
        module = "toolkit" if kind in BACKENDS else kind
        module += "_ring" if game == "ring_best" else ""
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 (open as long as the arm)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "arms.play", module, str(batch), policy or "float32", clock],
            cwd=Path(__file__).parent,
            env=os.environ | {"KERAS_BACKEND": backend},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def wait(self) -> Any:
        """Return the next message of the process."""
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise SystemExit(self.errors.read())
        return json.loads(line)

    def milliseconds(self, steps: int) -> float:
        """Play some steps and return the time of one."""
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return self.wait()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def table(times: dict[str, list[float]], batch: int, steps: int, game: str) -> Table:
    """Return the table of all arms."""
    rounds = len(next(iter(times.values())))
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    result = Table(
        title=f"{game}, batch {batch}",
        caption=f"{rounds} rounds of {steps} step(s) in turns; {os.cpu_count()} cores, load {load}",
    )
    for column in ("arm", "ms", "fastest", "× s3", "× plain", "images/s"):
        result.add_column(column, justify="left" if column == "arm" else "right")
    for name, measured in times.items():
        median = statistics.median(measured)
        speed = f"{batch / median * 1000:.0f}"
        ratios = [ratio(times.get(of), measured) for of in ("s3", "plain")]
        result.add_row(name, f"{median:.3g}", f"{min(measured):.3g}", *ratios, speed)
    return result


def ratio(reference: list[float] | None, measured: list[float]) -> str:
    """Return how many times as fast as the reference an arm is."""
    if reference is None:
        return "–"
    return f"{statistics.median(r / m for r, m in zip(reference, measured)):.2f}"


if __name__ == "__main__":
    typer.run(main)
