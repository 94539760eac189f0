"""The benchmark `sentinel`: what the monitors say of runs made to fail, and of healthy ones."""

import gc
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
from rich.console import Console

from gankit.bench.arms import chosen_arms
from gankit.bench.corpus import PARTS, Case
from gankit.bench.corpus_cases import cases
from gankit.bench.corpus_run import Played
from gankit.bench.sentinel_table import lines, tables
from gankit.bench.table import minutes
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError, Interrupted
from gankit.files import read, write
from gankit.run import rollback
from gankit.run.callbacks import NotFinite
from gankit.run.folder import RunFolder
from gankit.run.load import load_recipe
from gankit.run.train import train

REMEDIED, BEGAN = "remedied", "case.toml"
STOPS = 4  # of a run by the sentinel, after which it is not resumed


def measure(names: Sequence[str], seeds: Sequence[int], out: Path, console: Console) -> list[str]:
    """Play what the folder `out` lacks, and return the lines of the table.

    Without names all cases are played, the failures also with their remedies.

    Raises:
        GankitError: There is no such case, or the folder has runs of other settings.
    """
    known = cases()
    chosen = [known[name] for name in chosen_arms(names, list(known))]
    for case, seed, remedied in _wanted(chosen, seeds):
        folder = out / _name(case, seed, remedied)
        _check_settings(folder, case.read(seed, load_plugins([PARTS]), remedied).to_toml())
        if Played.of(folder, case, seed, remedied):
            continue
        seconds = _play(case, seed, remedied, folder)
        console.print(f"{folder.name}: {minutes(seconds)}", highlight=False)
    return lines(tables(chosen, found(chosen, seeds, out)))


def found(chosen: Sequence[Case], seeds: Sequence[int], out: Path) -> list[Played]:
    """Return the runs in a folder that are finished, on all backends."""
    runs = []
    for case, seed, remedied in _wanted(chosen, seeds):
        for backend in ("jax", "tensorflow", "torch"):
            folder = out / _name(case, seed, remedied, backend)
            runs.append(Played.of(folder, case, seed, remedied))
    return [run for run in runs if run]


def _wanted(chosen: Sequence[Case], seeds: Sequence[int]) -> Iterator[tuple[Case, int, bool]]:
    for seed in seeds:
        yield from ((case, seed, False) for case in chosen)
        failures = (case for case in chosen if not case.healthy and not case.claim)
        yield from ((case, seed, True) for case in failures if case.remedy)


def _name(case: Case, seed: int, remedied: bool, backend: str | None = None) -> str:
    words = (case.name, REMEDIED if remedied else "", str(seed), backend or keras.backend.backend())
    return "-".join(filter(None, words))


def _check_settings(folder: Path, recipe: str) -> None:
    """Raise an error if a folder has a run of another recipe."""
    began = folder / BEGAN
    if began.is_file() and read(began) != recipe:
        raise GankitError(f"{folder} has a run with other settings", "choose another --out")


def _play(case: Case, seed: int, remedied: bool, folder: Path) -> float:
    """Play a run to its end, or go on with one that was cut off; return its seconds."""
    clock, broken = time.perf_counter(), 0
    for _ in range(STOPS):
        try:
            _train(case, seed, remedied, folder)
        except Interrupted as stopped:
            raise GankitError(f"{stopped}", "the same command continues the benchmark") from stopped
        except NotFinite as stopped:
            broken = stopped.step
            break
        except GankitError:  # of the sentinel, which may go on
            continue
        break
    seconds = time.perf_counter() - clock
    note: dict[str, Any] = {"seconds": round(seconds, 1), "broken": broken}
    write(folder / "played.json", json.dumps(note) + "\n")
    keras.utils.clear_session()
    gc.collect()
    return seconds


def _train(case: Case, seed: int, remedied: bool, folder: Path) -> None:
    recipe = case.read(seed, load_plugins([PARTS]), remedied)
    if (folder / "run.json").is_file():
        run = RunFolder.open(folder)
        rollback.complete(run)
        recipe = load_recipe(run, [PARTS])
    else:
        run = RunFolder.create(case.name, folder)
        write(folder / BEGAN, recipe.to_toml())
    train(recipe, run, Console(quiet=True), {"plugins": [str(PARTS)]})
