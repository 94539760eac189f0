"""The body of a report: a run's samples, curves, scores, settings, and how to repeat it."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gankit.backend import TITLES
from gankit.messages import clock, tally
from gankit.reporting import markup, page
from gankit.reporting.charts import Chart, figures, run_charts, score_charts
from gankit.reporting.differences import made_with
from gankit.reporting.embedded_images import chosen, evenly, sheet
from gankit.reporting.markup import Html, tag
from gankit.reporting.run_data import RunData
from gankit.reporting.score_history import ScoreHistories, score_histories
from gankit.reporting.scores_section import scores_section
from gankit.sentinel.wording import text

ROWS = 60  # of the table of epochs

_PARTS = ("dataset", "architecture", "loss")
_SECTIONS = {
    "samples": "Samples",
    "curves": "Curves",
    "health": "Health",
    "scores": "Scores",
    "run": "What was run",
    "repeat": "How to repeat it",
}
_HINT = (
    "Drag to zoom, double-click to reset, click for the samples of an epoch; click a name to hide "
    "its curve. With the keyboard: arrows, + and −, Escape, Enter."
)


def document(run: RunData, live: bool = False) -> str:
    """Return the report of a run; a live one follows the run by the state of its server."""
    scores = score_histories([run])
    curves, measured = run_charts(run), score_charts(scores)
    whole = body(run, curves, scores, measured, live)
    return page.document(f"{run.name} – gankit", whole, [*curves, *measured], live)


def body(
    run: RunData,
    curves: Sequence[Chart],
    scores: ScoreHistories,
    score_charts: Sequence[Chart],
    live: bool = False,
) -> Html:
    """Return the body of a report, with the charts of the history and of the scores."""
    look = tag("div", _samples(run), _curves(run, curves), class_="look")
    command = f"gankit score {shlex.quote(str(run.path))}"
    measured = scores_section(scores, [run.name], figures(score_charts), command)
    return markup.joined(
        [_header(run, live), tag("main", look, _health(run), measured, *_what(run), *_repeat(run))]
    )


def _header(run: RunData, live: bool) -> Html:
    recipe, facts = run.recipe, run.facts
    names = [part.get("name", "") for part in recipe.get("stabilizers", [])]
    rows = [(key, recipe[key]["name"]) for key in _PARTS if "name" in recipe.get(key, {})]
    rows += [
        ("stabilizers", ", ".join(names) or "none"),
        ("state", run.state),
        ("epochs", f"{run.finished} of {run.epochs}"),
        ("steps", f"{run.steps:,}"),
        ("on", tally([TITLES[facts["backend"]], *facts.get("devices", [])])),
        ("started", str(facts.get("started", "")).replace("T", " ").replace("+00:00", " UTC")),
    ]
    rows += [("took", clock(run.seconds))] if run.seconds else []
    rows += [("best checkpoint", run.best_checkpoint)] if run.best_checkpoint else []
    title, facts_list = tag("h1", run.name), markup.listed(rows, "facts")
    now = tag("p", run.now, class_="following", data_version=run.version) if live else None
    return tag("header", title, now, facts_list, markup.navigation(_SECTIONS))


def _samples(run: RunData) -> Html:
    kept = chosen(run.sheets)
    heading = tag("h2", "Samples", id="samples")
    if not kept:
        return tag("section", heading, tag("p", "No samples yet."), class_="samples card")
    frames = [_frame(run.sheets[epoch], epoch, hidden=epoch != max(kept)) for epoch in kept]
    last = len(kept) - 1
    slider = tag(
        "input", type="range", min=0, max=last, value=last, aria_label="Epoch of the samples"
    )
    controls = (tag("button", "play", type="button"), slider, tag("output", f"epoch {max(kept)}"))
    text = "All from the same noise."
    if len(kept) < len(run.sheets):
        text = f"All from the same noise; {len(kept)} of the run's {len(run.sheets)} sheets."
    film = tag("div", *frames, tag("div", *controls, class_="controls"), class_="film")
    note = tag("small", text, class_="soft")
    return tag("section", heading, film, note, _real(run), class_="samples card")


def _real(run: RunData) -> Html | None:
    """Return real examples, to compare the samples with."""
    if run.real is None:
        return None
    heading = tag("h3", "Real examples")
    image = sheet(run.real, "Examples of the data")
    return tag("div", heading, tag("div", image, class_="sheet"), class_="real")


def _frame(path: Path, epoch: int, hidden: bool) -> Html:
    alt = f"Samples after epoch {epoch}" if epoch else "Samples before training"
    return tag("figure", sheet(path, alt), data_epoch=epoch, hidden=hidden or None)


def _curves(run: RunData, curves: Sequence[Chart]) -> Html:
    heading = tag("h2", "Curves", id="curves")
    if not curves:
        return tag("section", heading, tag("p", "No epoch is finished yet."), class_="card")
    table = tag("details", tag("summary", "The values as a table"), _epoch_table(run))
    charts = tag("div", *figures(curves), tag("div", table, class_="card"), class_="charts")
    slider = tag("input", type="range", min=0, max=0.95, step=0.05, value=0, class_="smoothing")
    smoothing = tag("label", "smoothing", slider, class_="soft live")
    return tag("section", heading, tag("p", _HINT, class_="soft live"), smoothing, charts)


def _health(run: RunData) -> Html:
    heading = tag("h2", _SECTIONS["health"], id="health")
    told = [tag("p", f"Warning at the start: {text}") for text in run.facts.get("warnings", [])]
    if not run.verdicts:
        words = "No monitor found anything wrong." if run.health else "Nothing was measured yet."
        return tag("section", heading, tag("div", *told, tag("p", words), class_="card"))
    head = ["epoch", "step", "level", "what the monitors said"]
    rows = [
        [
            str(event["epoch"]),
            f"{event['step']:,}",
            "over" if event["event"] == "ends" else event.get("level", event["event"]),
            text(event),
        ]
        for event in run.verdicts
    ]
    table = markup.table("Verdicts", head, rows, [1])
    return tag("section", heading, tag("div", *told, table, class_="card"))


def _epoch_table(run: RunData) -> Html:
    rows, caption = evenly(run.history, ROWS), "Means per epoch"
    if len(run.history) > ROWS:
        caption += f", {ROWS} of {len(run.history)}"
    columns = ["epoch", *(name for name in rows[0] if name != "epoch")]
    texts = [[markup.number(row.get(name)) for name in columns] for row in rows]
    return markup.table(caption, columns, texts, range(1, len(columns)))


def _what(run: RunData) -> Iterator[Html]:
    yield tag("h2", _SECTIONS["run"], id="run")
    recipe = markup.code(markup.coloured(run.text.strip()), "recipe")
    note = tag("p", "The recipe, with all defaults filled in.", class_="soft")
    tables = [_fact_table(caption, facts) for caption, facts in _facts(run) if facts]
    left = tag("div", note, recipe, class_="card")
    yield tag("div", left, tag("div", *tables, class_="stack"), class_="two")


def _fact_table(caption: str, facts: Mapping[str, Any]) -> Html:
    rows = [(key, markup.value_text(value)) for key, value in facts.items()]
    return tag("div", markup.table(caption, [], rows), class_="card")


def _facts(run: RunData) -> Iterator[tuple[str, Mapping[str, Any]]]:
    made = made_with(run) | {key: run.facts.get(key) for key in ("seed", "started")}
    versions, data = made.pop("versions"), run.facts.get("data", [])
    del made["data"]
    yield "Made with", {key: value for key, value in made.items() if value not in (None, [])}
    yield "Versions", versions
    for number, stage in enumerate(data, 1):
        title = f"The data of stage {number}" if len(data) > 1 else "The data"
        yield title, {key: value for key, value in stage.items() if (key, value) != ("classes", [])}


def _repeat(run: RunData) -> Iterator[Html]:
    yield tag("h2", _SECTIONS["repeat"], id="repeat")
    steps = [
        tag("div", tag("p", text), markup.code(command)) for text, command in commands(run).items()
    ]
    yield tag("div", *steps, class_="card")


def commands(run: RunData) -> dict[str, str]:
    """Return the commands that repeat and continue a run, by description."""
    facts, path = run.facts, shlex.quote(str(run.path))
    plugins = [word for plugin in facts.get("plugins", []) for word in ("--plugin", plugin)]
    again = ["gankit", "run", str(run.path / "recipe.toml"), *plugins]
    again += ["--backend", facts["backend"]] if "backend" in facts else []
    found = {"Run this recipe again:": shlex.join(again)}
    if facts.get("command"):
        found["The original command:"] = shlex.join(facts["command"])
    if facts.get("versions"):
        found["Install the same versions:"] = _install(facts)
    if run.finished < run.epochs:
        resume = ["gankit", "run", "--resume", str(run.path), *plugins]
        found["Continue the run:"] = shlex.join(resume)
    verbs = ("sample", "score", "report")
    found["Draw samples, score them, write this report:"] = "\n".join(
        f"gankit {verb} {path}" for verb in verbs
    )
    return found


def _install(facts: Mapping[str, Any]) -> str:
    used = ("keras", "numpy", facts.get("backend"))
    versions = {name: v for name, v in facts["versions"].items() if name in used}
    # PyPI does not know a local version such as 2.13.0+cpu.
    return "pip install " + " ".join(f"{n}=={v.partition('+')[0]}" for n, v in versions.items())
