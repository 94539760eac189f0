"""Runs that are trained in this process, and whether two have the same bits."""

from pathlib import Path

import numpy as np
from rich.console import Console

from gankit.api.train import begin, go_on
from gankit.recipe.overrides import read_table
from gankit.run.folder import RunFolder

PARTS = Path(__file__).with_name("small_parts.py")
RECIPE = """
seed = 7
[dataset]
name = "blobs"
[architecture]
name = "small"
[loss]
name = "bce"
[[stabilizers]]
name = "label-noise"
[[stabilizers]]
name = "ema"
decay = 0.9
[training]
epochs = 6
batch_size = 8
checkpoint_every = 5
"""
STAGES = """
[[stages]]
training = { epochs = 6 }
[[stages]]
training = { epochs = 8, updates = "simultaneous" }
[stages.players.generator.optimizer]
clipnorm = 1.0
learning_rate = { name = "cosine-decay", initial_learning_rate = 1e-3, decay_steps = 40 }
"""


def train(folder: Path, text: str, name: str = "run") -> RunFolder:
    """Train a recipe and return the run's folder."""
    recipe = folder / f"{name}.toml"
    recipe.write_text(text, encoding="utf-8")
    return begin(read_table(recipe), recipe, quiet(), out=folder / name, plugins=[PARTS])


def resume(folder: Path, *overrides: str) -> RunFolder:
    """Train a run to its end, which may be another one than before."""
    return go_on(folder, quiet(), plugins=[PARTS], overrides=overrides)


def quiet() -> Console:
    """Return a console that prints nothing."""
    return Console(quiet=True)


def state(run: Path) -> tuple[str, dict[str, np.ndarray]]:
    """Return the name and the arrays of a run's newest checkpoint."""
    newest = sorted((run / "checkpoints").glob("step-*"))[-1]
    with np.load(newest / "state.npz", allow_pickle=False) as arrays:
        return newest.name, dict(arrays)


def assert_same_bits(run: Path, other: Path) -> None:
    """Compare the newest checkpoints but for names, which Keras numbers within a process."""
    (name, arrays), (other_name, others) = state(run), state(other)
    assert name == other_name
    for a, b in zip(arrays.values(), others.values(), strict=True):
        assert a.dtype == b.dtype and a.tobytes() == b.tobytes()
