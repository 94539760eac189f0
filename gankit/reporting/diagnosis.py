"""Judges a training afterwards: a run, a table of losses, or TensorBoard events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gankit.discovery.lookup import pick
from gankit.discovery.plugins import Catalogue, load_plugins
from gankit.errors import GankitError
from gankit.game.monitor import Monitor
from gankit.game.trace import Outlook, Trace
from gankit.messages import reason
from gankit.recipe.recipe import Recipe
from gankit.run import score_file
from gankit.run.folder import RunFolder
from gankit.run.history import read_history
from gankit.run.load import load_recipe
from gankit.sentinel import log
from gankit.sentinel.guard import outlook_of
from gankit.sentinel.judging import Judging, Standing, monitors_by_name, replay
from gankit.sentinel.log_reading import read_events, read_table, without_gaps

PUBLISHED = {
    "d_loss": "In a test on published trainings, losses alone found 6 of 12 that degraded, and "
    "warned of 4 of 11 healthy ones. They show what kind of game fails, rarely when, and never "
    "show mode collapse.",
    "score": "In the same test, scores found 11 of 12 that degraded, and called none of 11 healthy "
    "ones dead.",
}
LOOKS = "The samples were checked for mode collapse, memorisation and overfitting as well."


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a training.

    Args:
        points: The number of points that were judged.
        events: The verdicts that began and ended, as in `verdicts.jsonl`.
        standing: The verdicts that hold at the end.
        notes: What was judged and what could not be, in sentences.
        belief: How reliable such verdicts are, in sentences.
    """

    points: int
    events: Sequence[Mapping[str, Any]]
    standing: Sequence[Standing]
    notes: Sequence[str]
    belief: Sequence[str]


def diagnose(
    source: Path,
    loss: str | None = None,
    named: Mapping[str, str] | None = None,
    plugins: Iterable[Path] = (),
) -> Diagnosis:
    """Judge a run, a CSV file, or a folder of TensorBoard events.

    Args:
        source: Its path.
        loss: The name of the loss; a run knows its own.
        named: The names of columns by what they are, `{"d_loss": "D"}`.
        plugins: Plugin files.

    Raises:
        GankitError: There is nothing to judge.
    """
    plugins = list(plugins)
    if RunFolder(source).facts.is_file():
        return _of_run(RunFolder(source), plugins)
    catalogue = load_plugins(plugins)
    part = pick(catalogue.parts["losses"], "losses", loss) if loss else None
    chosen: Any = part.load() if part else None
    outlook = outlook_of(chosen) if chosen else Outlook()
    if source.is_dir():
        trace = read_events(source, named or {}, outlook)
    elif source.is_file():
        trace = read_table(source, named or {}, outlook)
    else:
        raise GankitError(
            f"there is no run, table or folder {source}", "gankit runs lists the runs here"
        )
    trace = without_gaps(trace, ("d_loss", "g_loss", "score"))
    return _of([trace], _all_monitors(catalogue), part is None)


def _of_run(run: RunFolder, plugins: Sequence[Path]) -> Diagnosis:
    recipe = load_recipe(run, plugins)
    traces = list(_traces(run, recipe))
    monitors = [(s.name, s.make()) for s in recipe.monitors]
    return _of(traces, monitors_by_name(monitors), False)


def _traces(run: RunFolder, recipe: Recipe) -> Iterator[Trace]:
    """Yield the trace of each stage; for a run without monitors, that of its history."""
    lines = log.read(run.health)
    for number, stage in enumerate(recipe.stages()):
        stabilizers = [section.make() for section in stage.stabilizers]
        names = [section.name for section in stage.stabilizers]
        outlook = outlook_of(stage.loss.make(), stabilizers, names)
        its = [line for line in lines if line["stage"] == number]
        better: Any = next((line["better"] for line in its if line.get("better")), "low")
        if its:
            found = list(log.points(its))
            yield Trace(log.columns(found), len(found), replace(outlook, better=better))
    if not lines:
        yield _history(run, outlook)


def _history(run: RunFolder, outlook: Outlook) -> Trace:
    rows = [{name: float(v) for name, v in row.items() if v} for row in read_history(run.history)]
    scored = [line for line in score_file.read(run.scores) if line.get("best_by")]
    known = {line["step"]: line["scores"].get(line["best_by"]) for line in scored}
    ways: list[Any] = [line["better"].get(line["best_by"], "low") for line in scored]
    for row in rows:
        if known.get(row["step"]) is not None:
            row["score"] = known[row["step"]]
    return Trace(log.columns(rows), len(rows), replace(outlook, better=[*ways, "low"][0]))


def _of(
    traces: Sequence[Trace], monitors: Mapping[str, Monitor], loss_is_unknown: bool
) -> Diagnosis:
    events: list[Mapping[str, Any]] = []
    standing: list[Standing] = []
    failed: dict[str, Exception] = {}
    for trace in traces:
        judging = Judging(monitors)
        events += [event for found in replay(judging, trace) for event in found]
        standing = list(judging.standing.values())
        failed |= judging.failed
    columns = {name for trace in traces for name in trace.columns if trace.all(name)}
    notes = [*_notes(columns, loss_is_unknown), *_without(failed)]
    belief = [text for name, text in PUBLISHED.items() if name in columns]
    return Diagnosis(sum(map(len, traces)), events, standing, notes, belief)


def _notes(columns: Collection[str], loss_is_unknown: bool) -> Iterator[str]:
    if "d_loss" not in columns:
        yield "There are no losses to judge."
    if "nearest" in columns or "spread" in columns:
        yield LOOKS
    if loss_is_unknown:
        yield "The loss is unknown, so its bounds were not checked. Name it with --loss NAME."


def _without(failed: Mapping[str, Exception]) -> Iterator[str]:
    for name, error in failed.items():
        yield f"The monitor {name} failed and was left out: {reason(error)}"


def _all_monitors(catalogue: Catalogue) -> dict[str, Monitor]:
    return {name: part.load()() for name, part in sorted(catalogue.parts["monitors"].items())}
