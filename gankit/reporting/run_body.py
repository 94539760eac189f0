"""The body of a report: a run's samples, curves and scores, what was run, and how to repeat it."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from PIL import Image

from gankit.errors import GankitError
from gankit.reporting import markup
from gankit.reporting.curves import Chart, figures
from gankit.reporting.markup import Html, tag
from gankit.reporting.record import Record
from gankit.reporting.scores import scores_section
from gankit.reporting.settings import made_with
from gankit.reporting.sheets import chosen, data_uri
from gankit.reporting.standing import Standings

ROWS = 60  # of the table of epochs

_PARTS = ("dataset", "architecture", "loss")
_SECTIONS = {
    "samples": "Samples",
    "curves": "Curves",
    "scores": "Scores",
    "run": "What was run",
    "repeat": "How to repeat it",
}


def body(
    record: Record, curves: Sequence[Chart], scores: Standings, measured: Sequence[Chart]
) -> Html:
    """Return the body of a report.

    Args:
        record: The run.
        curves: The charts of its history.
        scores: How its scores stand.
        measured: The charts of its scores.
    """
    look = tag("div", _samples(record), _curves(record, curves), class_="look")
    score = scores_section(
        scores, [record.name], figures(measured), f"gankit score {shlex.quote(str(record.path))}"
    )
    return markup.joined(
        [_header(record), tag("main", look, score, *_what(record), *_repeat(record))]
    )


def _header(record: Record) -> Html:
    recipe, facts = record.recipe, record.facts
    names = [part.get("name", "") for part in recipe.get("stabilizers", [])]
    told = [(key, recipe[key]["name"]) for key in _PARTS if "name" in recipe.get(key, {})]
    told += [("stabilizers", ", ".join(names) or "none"), ("epochs", _epochs(record))]
    told += [("on", f"{facts.get('backend')}, {', '.join(facts.get('devices', []))}")]
    told += [("started", str(facts.get("started", "")).replace("T", " ").replace("+00:00", " UTC"))]
    told += [("best checkpoint", record.chosen)] if record.chosen else []
    links = [tag("a", title, href=f"#{anchor}") for anchor, title in _SECTIONS.items()]
    return tag(
        "header",
        tag("h1", record.name),
        markup.listed(told, "facts"),
        tag("nav", *links, aria_label="On this page"),
    )


def _epochs(record: Record) -> str:
    if record.played >= record.epochs:
        return str(record.played)
    return f"{record.played} of {record.epochs} so far"


def _samples(record: Record) -> Html:
    kept = chosen(record.sheets)
    heading = tag("h2", "Samples", id="samples")
    if not kept:
        return tag("section", heading, tag("p", "No sheet was drawn yet."), class_="samples card")
    frames = [_frame(record, epoch, hidden=epoch != max(kept)) for epoch in kept]
    last = len(kept) - 1
    slider = tag(
        "input", type="range", min=0, max=last, value=last, aria_label="Epoch of the samples"
    )
    hand = (tag("button", "play", type="button"), slider, tag("output", f"epoch {max(kept)}"))
    told = "Always from the same noise."
    if len(kept) < len(record.sheets):
        told = f"Always from the same noise; {len(kept)} of the run's {len(record.sheets)} sheets."
    film = tag("div", *frames, tag("div", *hand, class_="hand"), class_="film")
    return tag("section", heading, film, tag("small", told, class_="soft"), class_="samples card")


def _frame(record: Record, epoch: int, hidden: bool) -> Html:
    path = record.sheets[epoch]
    try:
        with Image.open(path) as picture:
            width, height = picture.size
            source = data_uri(picture)
    except OSError as error:
        raise GankitError(f"the sheet {path} cannot be read: {error}", f"rm {path}") from error
    alt = f"Samples after epoch {epoch}" if epoch else "Samples of the untrained networks"
    image = tag("img", src=source, alt=alt, width=width, height=height)
    return tag("figure", image, data_epoch=epoch, hidden=hidden or None)


def _curves(record: Record, curves: Sequence[Chart]) -> Html:
    heading = tag("h2", "Curves", id="curves")
    if not curves:
        return tag("section", heading, tag("p", "No epoch is finished yet."), class_="card")
    hint = tag(
        "p",
        "Drag to zoom, double-click to see all, click for the samples of an epoch; names hide and "
        "show. With keys: arrows, + and −, Escape, Enter.",
        class_="soft live",
    )
    table = tag("details", tag("summary", "The values as a table"), _epoch_table(record))
    charts = tag("div", *figures(curves), tag("div", table, class_="card"), class_="charts")
    return tag("section", heading, hint, charts)


def _epoch_table(record: Record) -> Html:
    rows = record.history
    if len(rows) > ROWS:
        rows = [rows[round(n * (len(rows) - 1) / (ROWS - 1))] for n in range(ROWS)]
    columns = [name for name in rows[0] if name != "epoch"]
    caption = "Means of an epoch" + (
        f", {ROWS} of {len(record.history)}" if rows is not record.history else ""
    )
    cells = [[row["epoch"], *(row.get(name) for name in columns)] for row in rows]
    texts = [[markup.number(cell) for cell in row] for row in cells]
    return markup.table(caption, ["epoch", *columns], texts, range(1, len(columns) + 1))


def _what(record: Record) -> Iterator[Html]:
    yield tag("h2", "What was run", id="run")
    recipe = markup.code(markup.coloured(record.text.strip()), "recipe")
    told = tag("p", "The recipe with every default filled in.", class_="soft")
    facts = [
        tag("div", markup.table(caption, [], rows), class_="card")
        for caption, rows in _facts(record)
        if rows
    ]
    left = tag("div", told, recipe, class_="card")
    yield tag("div", left, tag("div", *facts, class_="stack"), class_="two")


def _facts(record: Record) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    made = made_with(record)
    made |= {"seed": record.facts.get("seed"), "started": record.facts.get("started")}
    versions, data = made.pop("versions"), record.facts.get("data", [])
    made.pop("data")
    yield (
        "Made with",
        [(key, _text(value)) for key, value in made.items() if value not in (None, [])],
    )
    yield "Versions", [(key, _text(value)) for key, value in versions.items()]
    for number, stage in enumerate(data, 1):
        caption = f"The data of stage {number}" if len(data) > 1 else "The data"
        yield caption, [(key, _text(value)) for key, value in stage.items()]


def _text(value: Any) -> str:
    """Return a fact in words."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_text(inner)}" for key, inner in value.items())
    if isinstance(value, list) and value and all(isinstance(part, int) for part in value):
        return " × ".join(map(str, value))
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "one each"
    return f"{value:,}" if isinstance(value, int) and value > 99_999 else str(value)


def _repeat(record: Record) -> Iterator[Html]:
    yield tag("h2", "How to repeat it", id="repeat")
    steps = [
        tag("div", tag("p", told), markup.code(command))
        for told, command in commands(record).items()
    ]
    yield tag("div", *steps, class_="card")


def commands(record: Record) -> dict[str, str]:
    """Return the commands that repeat a run, and go on with it, by what they do."""
    facts, path = record.facts, shlex.quote(str(record.path))
    plugins = [word for plugin in facts.get("plugins", []) for word in ("--plugin", plugin)]
    again = ["gankit", "run", str(record.path / "recipe.toml"), *plugins]
    again += ["--backend", facts["backend"]] if "backend" in facts else []
    found = {"Again, from the recipe above, which is in the run's folder:": shlex.join(again)}
    if facts.get("command"):
        found["As it was typed:"] = shlex.join(facts["command"])
    if facts.get("versions"):
        found["With the same versions:"] = _install(facts)
    if record.played < record.epochs:
        found["To go on with it:"] = f"gankit run --resume {path}"
    found["Samples, scores, and this report:"] = "\n".join(
        f"gankit {verb} {path}" for verb in ("sample", "score", "report")
    )
    return found


def _install(facts: Mapping[str, Any]) -> str:
    """Return the command that installs what had a part in a run."""
    used = ("keras", "numpy", facts.get("backend"))
    versions = {name: v for name, v in facts["versions"].items() if name in used}
    # A build's mark, as in 2.13.0+cpu, is known to its own index only.
    return "pip install " + " ".join(f"{n}=={v.partition('+')[0]}" for n, v in versions.items())
