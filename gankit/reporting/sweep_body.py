"""The body of a sweep's page: what its options do to the score, and its best recipes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gankit.messages import typed
from gankit.recipe.settings import Direction
from gankit.reporting import markup
from gankit.reporting.charts import Chart, figures
from gankit.reporting.embedded_images import sheet
from gankit.reporting.markup import Html, number, tag
from gankit.reporting.run_data import RunData
from gankit.reporting.scatter import Point, scatter
from gankit.sweep.folder import short

NOTES = {
    "best": "Samples of the best trials at their best checkpoint.",
    "importance": "The fraction of the differences between scores that each option explains.",
    "options": "Each circle is a trial: hollow if it was pruned, at its last score; the best has "
    "another colour. Point at one for its number.",
}


@dataclass(frozen=True)
class TrialData:
    """A trial of a sweep.

    Args:
        number: Its number.
        state: `complete`, `pruned`, `fail` or `running`.
        score: Its score, or the last one before it was pruned; None if it has none.
        params: The values of its options.
        run: Its run, if it is here.
    """

    number: int
    state: str
    score: float | None
    params: Mapping[str, Any]
    run: RunData | None = None


@dataclass(frozen=True)
class SweepData:
    """A sweep, as read from its study and from the runs of its trials.

    Args:
        path: The folder.
        facts: What it was asked for, as names and texts.
        score: The deciding score.
        better: Its better direction.
        options: The options that change; whether their axis is logarithmic.
        trials: All trials, by number.
        best: The best ones, with the files of their recipes.
        importance: Of each option, if it is known.
    """

    path: Path
    facts: Sequence[tuple[str, str]]
    score: str
    better: Direction
    options: Mapping[str, bool]
    trials: Sequence[TrialData]
    best: Mapping[Path, TrialData]
    importance: Mapping[str, float]


def body(sweep: SweepData, curves: Sequence[Chart]) -> Html:
    """Return the body of the page, with the charts of the scores during training."""
    sections = {
        "best": ("The best", _best(sweep)),
        "importance": ("Importance", _importance(sweep)),
        "options": ("Options against the score", _options(sweep)),
        "curves": ("Scores during training", tag("div", *figures(curves), class_="charts")),
        "trials": ("All trials", _trials(sweep)),
        "repeat": ("How to go on", _repeat(sweep)),
    }
    links = {anchor: title for anchor, (title, _) in sections.items()}
    head = tag("h1", sweep.path.resolve().name), markup.listed(sweep.facts, "facts")
    parts = [
        tag("section", tag("h2", title, id=anchor), _note(anchor), inside)
        for anchor, (title, inside) in sections.items()
    ]
    return markup.joined([tag("header", *head, markup.navigation(links)), tag("main", *parts)])


def _note(anchor: str) -> Html | None:
    return tag("p", NOTES[anchor], class_="soft") if anchor in NOTES else None


def _best(sweep: SweepData) -> Html:
    if not sweep.best:
        return tag("p", "No trial was played to its end yet.")
    cards = [_card(sweep, path, trial) for path, trial in sweep.best.items()]
    return tag("div", *cards, class_="aligned")


def _card(sweep: SweepData, path: Path, trial: TrialData) -> Html:
    title = tag("h3", f"trial {trial.number}: {sweep.score} {number(trial.score)}")
    options = tag("p", ", ".join(_words(sweep, trial)))
    image = _best_sheet(trial)
    drawn = tag("div", image, class_="sheet") if image else None
    run = markup.code(f"gankit run {typed(path)}")
    return tag("figure", tag("figcaption", title, options), drawn, run, class_="card")


def _best_sheet(trial: TrialData) -> Html | None:
    """Return the samples of the best checkpoint; the last ones if it has none."""
    run = trial.run
    if run is None or not run.sheets:
        return None
    epochs = [line["epoch"] for line in run.scored if line.get("checkpoint") == run.best]
    epoch = next((epoch for epoch in epochs if epoch in run.sheets), max(run.sheets))
    return sheet(run.sheets[epoch], f"Samples of trial {trial.number} after epoch {epoch}")


def _importance(sweep: SweepData) -> Html:
    if not sweep.importance:
        return tag("p", "Not known: it needs more trials that were played to their end.")
    rows = [
        [key, tag("i", class_="bar", style=f"width:{240 * value:.0f}px"), f"{value:.2f}"]
        for key, value in sweep.importance.items()
    ]
    table = markup.table("Importance (PED-ANOVA)", ["option", "", "importance"], rows, [2])
    return tag("div", table, class_="card")


def _options(sweep: SweepData) -> Html:
    best = next(iter(sweep.best.values()), None)
    drawn = []
    for key, log in sweep.options.items():
        points = [
            Point(
                value if isinstance(value, float | int) else str(value),
                trial.score,
                f"trial {trial.number}: {key} = {_text(value)}, {sweep.score} {trial.score:.4g}",
                hollow=trial.state != "complete",
                best=trial is best,
            )
            for trial in sweep.trials
            if trial.score is not None and (value := trial.params.get(key)) is not None
        ]
        if points:
            picture = scatter(points, f"{sweep.score} of each trial against {key}", log)
            head = tag("figcaption", tag("h3", key), tag("p", f"{sweep.score}, {_way(sweep)}"))
            drawn.append(tag("figure", head, picture, class_="card chosen"))
    return tag("div", *drawn, class_="charts pair")


def _way(sweep: SweepData) -> str:
    return {"low": "lower is better", "high": "higher is better"}[sweep.better]


def _trials(sweep: SweepData) -> Html:
    names = [short(key, sweep.options) for key in sweep.options]
    head = ["trial", "state", sweep.score, "epochs", *names]
    rows = [list(_row(sweep, trial)) for trial in sweep.trials]
    table = markup.table("Trials in their order", head, rows, range(2, len(head)))
    return tag("div", table, class_="card")


def _row(sweep: SweepData, trial: TrialData) -> Iterator[str]:
    yield from (str(trial.number), trial.state, number(trial.score))
    yield f"{trial.run.finished} of {trial.run.epochs}" if trial.run else "–"
    yield from (_text(trial.params.get(key)) for key in sweep.options)


def _repeat(sweep: SweepData) -> Html:
    path = typed(sweep.path)
    texts = {
        "Go on, with more trials:": f"gankit sweep --resume {path} --trials N",
        "Look at one trial:": f"gankit report {path}/trial-0",
        "Rank the trials in TensorBoard, on its page HParams:": f"tensorboard --logdir {path}",
    }
    steps = [tag("div", tag("p", text), markup.code(word)) for text, word in texts.items()]
    return tag("div", *steps, class_="card")


def _words(sweep: SweepData, trial: TrialData) -> Iterator[str]:
    for key in sweep.options:
        yield f"{short(key, sweep.options)} {_text(trial.params.get(key))}"


def _text(value: Any) -> str:
    return number(value) if isinstance(value, float | int) else str(value)
