"""The runs in a folder, and how far each is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gankit.errors import GankitError
from gankit.reporting.run_data import RunData, read_run

_UNITS = {"d": 86_400, "h": 3600, "min": 60}


@dataclass(frozen=True)
class RunSummary:
    """How far a run is.

    Args:
        path: Its folder.
        state: `training`, `finished`, `stopped` or `damaged`.
        recipe: The name of its recipe, if the run tells.
        epoch: The finished epochs.
        epochs: The epochs of the recipe.
        score: The score that decides, with its best value; empty without one.
        started: When it began; None if unknown.
        problem: Why it cannot be read.
    """

    path: Path
    state: str
    recipe: str = ""
    epoch: int = 0
    epochs: int = 0
    score: str = ""
    started: datetime | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.name

    def age(self, now: datetime) -> str:
        """Return the time since it began, such as `3 h`."""
        if self.started is None:
            return ""
        seconds = max((now - self.started).total_seconds(), 0)
        found = ((unit, size) for unit, size in _UNITS.items() if seconds >= size)
        unit, size = next(found, ("s", 1))
        return f"{seconds / size:.0f} {unit}"


def summaries(folder: Path) -> list[RunSummary]:
    """Return the runs in a folder, the newest first."""
    paths = sorted(facts.parent for facts in folder.glob("*/run.json"))
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(map(summary, paths), key=lambda run: run.started or oldest, reverse=True)


def summary(path: Path) -> RunSummary:
    """Return how far a run is; one that cannot be read is damaged."""
    try:
        run = read_run(path)
        epochs = run.epochs
    except GankitError as error:
        return RunSummary(path, "damaged", problem=error.message)
    return RunSummary(
        path,
        run.state,
        run.recipe_name,
        run.finished,
        epochs,
        _score(run),
        _started(run),
    )


def _score(run: RunData) -> str:
    """Return the deciding score of the best checkpoint, such as `frechet_distance 12.3`."""
    lines = [line for line in run.scored if line.get("verb") == "run" and line.get("best_by")]
    lines = [line for line in lines if line.get("checkpoint") == run.best] or lines[-1:]
    if not lines:
        return ""
    name = str(lines[-1]["best_by"])
    value = lines[-1]["scores"].get(name)
    return f"{name} {value:.4g}" if value is not None else ""


def _started(run: RunData) -> datetime | None:
    try:
        started = datetime.fromisoformat(str(run.facts.get("started")))
    except ValueError:
        return None
    return started if started.tzinfo else started.replace(tzinfo=UTC)
