"""Checkpoints: all that a run needs to go on as if it had never stopped."""

import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from gankit.errors import GankitError
from gankit.files import aside, read, write, written
from gankit.game.gan import GAN
from gankit.messages import listed, shown
from gankit.run.folder import RunFolder

MARKS = {  # and which runs have one
    "best": "runs with [[metrics]] in their recipe keep the best one",
    "healthy": "runs have a healthy one after some epochs without a warning of a monitor",
}
PLACE = "place"  # the array of a checkpoint that has the place, under the digest of all arrays
# what a damaged checkpoint raises: a zip or an array's header may lie about anything
_DAMAGE = (
    *(OSError, ValueError, KeyError, TypeError, EOFError, MemoryError, RecursionError),
    *(NotImplementedError, zipfile.BadZipFile, zlib.error),
)


@dataclass(frozen=True)
class Place:
    """How far a run has come.

    Args:
        stage: The finished stages.
        epoch: The finished epochs of the stage.
        step: The finished steps of the epoch.
        steps: All steps so far.
    """

    stage: int = 0
    epoch: int = 0
    step: int = 0
    steps: int = 0

    def __post_init__(self) -> None:
        counts = (self.stage, self.epoch, self.step, self.steps)
        if not all(isinstance(count, int) and count >= 0 for count in counts):
            raise ValueError(f"no place of a run: {counts}")

    @property
    def name(self) -> str:
        """The name of a checkpoint at this place."""
        return f"step-{self.steps:09d}"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint in memory: the values of all variables, by number and name."""

    path: Path
    place: Place
    arrays: Mapping[str, np.ndarray]

    def restore(self, gan: GAN) -> None:
        """Assign the values to the variables of a game."""
        own = variables(gan)
        if [tuple(v.shape) for v in own] != [a.shape for a in self.arrays.values()]:
            raise GankitError(
                f"the checkpoint {self.path} does not fit the networks of its recipe",
                "the recipe, a plugin or gankit has changed: use the versions that made the run",
            )
        for variable, array in zip(own, self.arrays.values()):
            variable.assign(array.astype(variable.dtype))


class Checkpoints:
    """The checkpoints of a run; the newest two stay, and those that its marks name.

    The file `best` names the best one, `healthy` the newest one after which nothing went wrong.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    @cached_property
    def resume(self) -> str:
        """The command that resumes the run."""
        return RunFolder(self.folder.parent).resume_command()

    def save(
        self, gan: GAN, place: Place, best: str | None = None, keep: Iterable[str] = ()
    ) -> Path:
        """Save a checkpoint, and mark the best one, which may be this one; those of `keep` stay.

        Raises:
            GankitError: It cannot be written; the other checkpoints are intact.
        """
        path = self.folder / place.name
        with written(path):
            self.folder.mkdir(exist_ok=True)  # never the run's, which somebody may have removed
            _remove(self.folder.glob(".*step-*"))  # unfinished, of a process that was killed
            with aside(path) as partial:
                _write(partial, gan, place)
                _remove([path])  # a damaged one: no other is saved twice
        self.mark(best)
        kept = {*keep, self.best, self.healthy}
        _remove(old for old in self.paths()[:-2] if old.name not in kept)
        return path

    def mark(self, name: str | None, mark: str = "best") -> None:
        """Mark a checkpoint as the best, or as healthy, if there is one of this name."""
        if name and name != self._marked(mark) and (self.folder / name).is_dir():
            write(self.folder / mark, f"{name}\n")

    @property
    def best(self) -> str | None:
        """The name of the best checkpoint, None if it is not known."""
        return self._marked("best")

    @property
    def healthy(self) -> str | None:
        """The name of the newest healthy checkpoint, None if none is known."""
        return self._marked("healthy")

    def _marked(self, mark: str) -> str | None:
        path = self.folder / mark
        return read(path).strip() if path.is_file() else None

    def paths(self) -> list[Path]:
        """Return the folders of the checkpoints, the newest last."""
        return sorted(self.folder.glob("step-*"))

    def names(self) -> list[str]:
        """Return the names of the checkpoints, the newest last."""
        return [path.name for path in self.paths()]

    def find(self, name: str) -> Checkpoint:
        """Return a checkpoint: `last`, `best`, or one by its name.

        Raises:
            GankitError: It does not exist, or it is damaged.
        """
        if name == "last":
            newest = self.newest()
            if newest is None:
                raise GankitError(f"{self.folder.parent} has no checkpoint yet", self.resume)
            return newest
        chosen = self._marked(name) if name in MARKS else name
        if chosen not in self.names():
            raise self._missing(name)
        path = self.folder / chosen
        try:
            return _read(path)
        except _DAMAGE as error:
            raise GankitError(f"the checkpoint {path} is damaged: {error}") from error

    def _missing(self, name: str) -> GankitError:
        marked = [mark for mark in MARKS if self._marked(mark) in self.names()]
        allowed = listed(["last", *marked, *self.names()])
        return GankitError(
            f"{self.folder.parent} has no checkpoint {shown(name)}. Allowed: {allowed}",
            MARKS.get(name, ""),
        )

    def newest(self, warn: Callable[[str], Any] = print) -> Checkpoint | None:
        """Return the newest checkpoint that is not damaged, None if there is no checkpoint.

        Raises:
            GankitError: All are damaged.
        """
        paths = self.paths()
        for path in reversed(paths):
            try:
                return _read(path)
            except _DAMAGE as error:
                warn(f"the checkpoint {path} is damaged ({error}): using the one before")
        if paths:
            raise GankitError(f"every checkpoint in {self.folder} is damaged", "start a new run")
        return None


def variables(gan: GAN) -> list[keras.Variable]:
    """Return all variables of a game, each once: what a checkpoint holds."""
    unique = {id(v): v for v in (*gan.variables, *gan.metrics_variables, *gan.optimizer.variables)}
    return list(unique.values())


def _write(folder: Path, gan: GAN, place: Place) -> None:
    gan.settle()
    arrays: dict[str, Any] = {
        f"{i:04d}-{v.path.replace('/', '.')}": keras.ops.convert_to_numpy(v.value)
        for i, v in enumerate(variables(gan))
    }
    folder.mkdir()
    arrays[PLACE] = np.frombuffer(json.dumps(asdict(place)).encode(), "uint8")
    np.savez(folder / "state.npz", **arrays)
    facts = {"place": asdict(place), "sha256": _digest(folder / "state.npz")}
    (folder / "checkpoint.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")


def _read(path: Path) -> Checkpoint:
    facts: dict[str, Any] = json.loads((path / "checkpoint.json").read_text(encoding="utf-8"))
    if _digest(path / "state.npz") != facts["sha256"]:
        raise ValueError("its digest differs")
    with np.load(path / "state.npz", allow_pickle=False) as file:
        arrays = dict(file)
    if PLACE in arrays:  # not in checkpoints of before 0.1
        facts["place"] = json.loads(arrays.pop(PLACE).tobytes())
    wrong = [name for name, array in arrays.items() if array.dtype.kind not in "biuf"]
    if wrong:
        raise ValueError(f"{wrong[0]} is not an array of numbers")
    return Checkpoint(path, Place(**facts["place"]), arrays)


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
