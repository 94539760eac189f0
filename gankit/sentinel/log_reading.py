"""Reads tables and TensorBoard events of any training as traces."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from gankit.errors import GankitError
from gankit.game.trace import Outlook, Trace
from gankit.messages import listed, shown
from gankit.sentinel import log

NAMES = {  # usual names of columns, in lower case and with underscores
    "step": ("step", "steps", "iteration", "iter", "global_step", "batch"),
    "epoch": ("epoch", "epochs"),
    "d_loss": ("d_loss", "loss_d", "dis_loss", "discriminator_loss", "errd", "d/loss", "loss/d",
               "discriminator/loss", "critic_loss", "loss_discriminator"),
    "g_loss": ("g_loss", "loss_g", "gen_loss", "generator_loss", "errg", "g/loss", "loss/g",
               "generator/loss", "loss_generator"),
    "score": ("score", "fid", "kid", "fd", "frechet_distance", "fid50k_full", "metrics/fid"),
    "d_grad_norm": ("d_grad_norm", "grad_norm_d"),
    "g_grad_norm": ("g_grad_norm", "grad_norm_g"),
}  # fmt: skip
Columns = dict[str, list[float]]


def read_table(path: Path, named: Mapping[str, str], outlook: Outlook) -> Trace:
    """Return the trace of a CSV file.

    Args:
        path: The file; its first row names the columns.
        named: The names of columns by what they are, `{"d_loss": "D"}`, if they are unusual.
        outlook: What else is known about the game.

    Raises:
        GankitError: It cannot be read, or has no known column.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GankitError(f"{path} cannot be read: {error}") from error
    head = [name for name in rows[0] if name is not None] if rows else []
    columns = {name: [_number(row.get(name)) for row in rows] for name in head}
    return trace_of(columns, named, outlook, str(path))


def read_events(folder: Path, named: Mapping[str, str], outlook: Outlook) -> Trace:
    """Return the trace of a folder's TensorBoard scalars; the arguments are those of `read_table`.

    Raises:
        GankitError: It has no known scalar.
    """
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found: dict[int, dict[str, float]] = {}
    for file in sorted(folder.rglob("*tfevents*")):
        events = EventAccumulator(str(file), {"scalars": 0})
        events.Reload()
        part = file.parent.relative_to(folder).as_posix()
        for tag in events.Tags()["scalars"]:
            name = tag if part == "." else f"{part}/{tag}"
            for event in events.Scalars(tag):
                found.setdefault(event.step, {})[name] = event.value
    rows = [{"step": float(step), **found[step]} for step in sorted(found)]
    return trace_of(log.columns(rows), named, outlook, str(folder))


def trace_of(columns: Columns, named: Mapping[str, str], outlook: Outlook, source: str) -> Trace:
    """Return columns as a trace, under the names that monitors use."""
    if missing := [name for name in named.values() if name not in columns]:
        raise GankitError(
            f"{source} has no column {shown(missing[0])}. Allowed: {listed(columns)}",
            "--columns d_loss=NAME,g_loss=NAME,score=NAME,step=NAME",
        )
    known = {**_known(columns), **{name: columns[given] for name, given in named.items()}}
    if not {"d_loss", "g_loss", "score"} & known.keys():
        raise GankitError(
            f"{source} has no loss and no score with a known name. It has: {listed(columns)}",
            "--columns d_loss=NAME,g_loss=NAME,score=NAME,step=NAME",
        )
    count = max(map(len, known.values()))
    steps = known.get("step") or [float(number) for number in range(1, count + 1)]
    epochs = known.get("epoch") or [0.0] * count
    return Trace({**known, "step": steps, "epoch": epochs}, count, outlook)


def _known(columns: Columns) -> Columns:
    """Return the columns, those with usual names also under the names that monitors use."""
    plain = {_plain(name): name for name in columns}
    found = {}
    for name, others in NAMES.items():
        given = next((plain[other] for other in others if other in plain), None)
        if given:
            found[name] = columns[given]
    return {**columns, **found}


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _number(text: str | None) -> float:
    try:
        return float(text) if text else math.nan
    except ValueError:
        return math.nan


def without_gaps(trace: Trace, names: Iterable[str]) -> Trace:
    """Return the trace without the points that have none of these values."""
    there = [trace.columns[name] for name in names if name in trace.columns]
    rows = [n for n in range(len(trace)) if not all(math.isnan(values[n]) for values in there)]
    columns = {name: [values[row] for row in rows] for name, values in trace.columns.items()}
    return Trace(columns, len(rows), trace.outlook)
