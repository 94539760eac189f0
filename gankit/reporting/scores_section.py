"""The section of a page about scores: a table for each protocol, and charts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gankit.reporting import markup
from gankit.reporting.markup import Html, tag
from gankit.reporting.score_history import ScoreHistories, ScoreHistory


def scores_section(
    scores: ScoreHistories, names: Sequence[str], charts: Iterable[Html], command: str
) -> Html:
    """Return the section about scores; without any, it shows the command that scores a run."""
    heading = tag("h2", "Scores", id="scores")
    if not scores.histories:
        return tag(
            "section", heading, tag("p", "No scores yet. To measure some:"), markup.code(command)
        )
    cards = [_card(scores, letter, names) for letter in scores.protocols]
    drawn = tag("div", *charts, class_="charts pair")
    return tag("section", heading, warning(scores), tag("div", *cards, drawn, class_="stack"))


def warning(scores: ScoreHistories) -> Html | None:
    """Return a note if some scores are not comparable."""
    if len(scores.protocols) < 2:
        return None
    return tag("p", f"{not_comparable(scores)}.", class_="note")


def not_comparable(scores: ScoreHistories) -> str:
    """Return why scores of different protocols are not comparable."""
    names = ", ".join(name.replace("_", " ") for name in scores.differences())
    return f"Scores with different letters are not comparable: they differ in {names}"


def _card(scores: ScoreHistories, letter: str, names: Sequence[str]) -> Html:
    """Return the table of one protocol, without empty columns."""
    found = [history for history in scores.histories if history.protocol == letter]
    head = ["score", "run", "last", "epoch", "best", "epoch", "range"]
    rows = [[h.title, names[h.run], *cells(h)] for h in found]
    kept = [place for place in range(len(head)) if any(row[place] for row in rows)]
    kept = [place for place in kept if place != 1 or len(names) > 1]
    caption = (
        f"Scores measured by protocol {letter}"
        if len(scores.protocols) > 1
        else "Last and best of each score"
    )
    table = markup.table(
        caption,
        [head[place] for place in kept],
        ([row[place] for place in kept] for row in rows),
        (number for number, place in enumerate(kept) if place > 1),
    )
    made = provenance(scores.protocols[letter])
    for name, samples in {names[h.run]: h.samples for h in found}.items():
        name = name if len(names) > 1 else "samples"
        made += [(name, "; ".join(f"{key} {text}" for key, text in provenance(samples)))]
    summary = tag("summary", "How they were measured")
    details = tag("details", summary, markup.listed(made, "made"))
    return tag("div", table, details, class_="card")


def cells(history: ScoreHistory) -> list[str]:
    """Return the table cells of a score: the last, the best, and the range."""
    (when, last), best = history.last, history.best
    found = [markup.number(last), markup.number(when)]
    found += [markup.number(best[1]), markup.number(best[0])] if best else ["", ""]
    low, high = map(markup.number, (min(history.values), max(history.values)))
    if len(history.values) == 1:
        return [*found, ""]
    return [*found, f"{low} … {high}" if low != high else f"always {low}"]


def provenance(made: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how scores were made, as names and texts; an unknown accuracy is left out."""
    known = {name: value for name, value in made.items() if (name, value) != ("accuracy", None)}
    return [(name.replace("_", " "), markup.value_text(value)) for name, value in known.items()]
