"""Checkpoints: all that a run needs to go on as if it had never stopped."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from keras import ops

from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.messages import listed, shown
from gankit.run.folder import write_text

MARKS = {  # and where a run has one
    "best": "a run keeps its best one where its recipe has [[metrics]]",
    "healthy": "a run has a healthy one after some epochs in which no monitor warned",
}
_DAMAGE = (OSError, ValueError, KeyError, TypeError)  # what reading a damaged one raises


@dataclass(frozen=True)
class Place:
    """How far a run has come.

    Args:
        stage: The stages that are finished.
        epoch: The epochs of the stage that are finished.
        step: The steps of the epoch that are finished.
        steps: All steps so far.
    """

    stage: int = 0
    epoch: int = 0
    step: int = 0
    steps: int = 0

    @property
    def name(self) -> str:
        """What a checkpoint of this place is called."""
        return f"step-{self.steps:09d}"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint as it was read.

    Args:
        path: Its folder.
        place: How far the run had come.
        arrays: The values of all variables, by number and name.
    """

    path: Path
    place: Place
    arrays: Mapping[str, np.ndarray]

    def restore(self, gan: GAN) -> None:
        """Give every variable of the game the value that it had."""
        variables = _variables(gan)
        fits = [tuple(v.shape) for v in variables] == [a.shape for a in self.arrays.values()]
        if not fits:
            raise GankitError(
                f"the checkpoint {self.path} does not fit the networks of its recipe",
                "the recipe, a plugin or gankit has changed since: bring back what made the run",
            )
        for variable, array in zip(variables, self.arrays.values()):
            variable.assign(array.astype(variable.dtype))


class Checkpoints:
    """The checkpoints of a run: each appears whole or not at all; the newest two and the best stay.

    Args:
        folder: Where they are; need not exist yet. The file `best` in it names the best one, the
            file `healthy` the newest one after which nothing went wrong.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def save(
        self, gan: GAN, place: Place, best: str | None = None, keep: Iterable[str] = ()
    ) -> Path:
        """Write a checkpoint aside, flush it to the disk, and rename it.

        Args:
            gan: The game.
            place: How far the run is.
            best: The name of the best checkpoint, which may be this one.
            keep: The names of others that stay.

        Raises:
            GankitError: It cannot be written; those before it are intact.
        """
        path = self.folder / place.name
        partial = self.folder / f".{path.name}.partial"
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            _write(partial, _values(gan), place)
            _exchange(partial, path)
            self.mark(best)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise GankitError(
                f"the checkpoint {path} cannot be written: {error}",
                f"make room, then: gankit run --resume {self.folder.parent}",
            ) from error
        kept = {*keep, self.best, self.healthy}
        for old in self.paths()[:-2]:
            if old.name not in kept:
                shutil.rmtree(old, ignore_errors=True)
        return path

    def mark(self, name: str | None, mark: str = "best") -> None:
        """Note which checkpoint is the best, or healthy, if there is one of this name."""
        if name and name != self._marked(mark) and (self.folder / name).is_dir():
            write_text(self.folder / mark, f"{name}\n")

    @property
    def best(self) -> str | None:
        """The name of the best checkpoint, None where none is known."""
        return self._marked("best")

    @property
    def healthy(self) -> str | None:
        """The name of the newest checkpoint that is known to be healthy, None where none is."""
        return self._marked("healthy")

    def _marked(self, mark: str) -> str | None:
        path = self.folder / mark
        return path.read_text(encoding="utf-8").strip() if path.is_file() else None

    def paths(self) -> list[Path]:
        """Return the folders of the checkpoints, the newest last."""
        return sorted(self.folder.glob("step-*"))

    def names(self) -> list[str]:
        """Return the names of the checkpoints, the newest last."""
        return [path.name for path in self.paths()]

    def find(self, name: str) -> Checkpoint:
        """Return a checkpoint.

        Args:
            name: `last`, `best`, `healthy`, or its own.

        Raises:
            GankitError: It is not there, or it is damaged.
        """
        if name == "last":
            newest = self.newest()
            if newest is None:
                run = self.folder.parent
                raise GankitError(f"{run} has no checkpoint yet", f"gankit run --resume {run}")
            return newest
        chosen = self._marked(name) if name in MARKS else name
        if chosen not in self.names():
            raise GankitError(*self._missing(name))
        try:
            return _read(self.folder / chosen)
        except _DAMAGE as error:
            raise GankitError(
                f"the checkpoint {self.folder / chosen} is damaged: {error}"
            ) from error

    def _missing(self, name: str) -> tuple[str, str]:
        """Return what is wrong with a name, and what to do."""
        marked = [mark for mark in MARKS if self._marked(mark) in self.names()]
        allowed = listed(["last", *marked, *self.names()])
        message = f"{self.folder.parent} has no checkpoint {shown(name)}. Allowed: {allowed}"
        return message, MARKS.get(name, "")

    def newest(self, warn=print) -> Checkpoint | None:
        """Return the newest checkpoint that is whole, None if there never was one.

        Args:
            warn: Is told of each damaged one that is passed over.

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


def _variables(gan: GAN) -> list:
    unique = {id(v): v for v in (*gan.variables, *gan.metrics_variables, *gan.optimizer.variables)}
    return list(unique.values())


def _values(gan: GAN) -> dict[str, np.ndarray]:
    gan.settle()
    values = [np.asarray(ops.convert_to_numpy(v.value)) for v in _variables(gan)]
    names = [f"{i:04d}-{v.path.replace('/', '.')}" for i, v in enumerate(_variables(gan))]
    return dict(zip(names, values))


def _write(folder: Path, arrays: Mapping[str, np.ndarray], place: Place) -> None:
    with (folder / "state.npz").open("wb") as file:
        np.savez(file, **arrays)
        _flush(file)
    facts = {"place": asdict(place), "sha256": _digest(folder / "state.npz")}
    with (folder / "checkpoint.json").open("w", encoding="utf-8") as file:
        json.dump(facts, file, indent=2)
        _flush(file)


def _read(path: Path) -> Checkpoint:
    facts: dict[str, Any] = json.loads((path / "checkpoint.json").read_text(encoding="utf-8"))
    if _digest(path / "state.npz") != facts["sha256"]:
        raise ValueError("its digest differs")
    with np.load(path / "state.npz", allow_pickle=False) as arrays:
        return Checkpoint(path, Place(**facts["place"]), dict(arrays))


def _exchange(partial: Path, path: Path) -> None:
    """Put the new folder in the place of an old one, if there is one, and flush the rename."""
    old = path.with_name(f".{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    partial.rename(path)
    shutil.rmtree(old, ignore_errors=True)
    parent = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _flush(file) -> None:
    file.flush()
    os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
