"""The scores of runs on a page: a table for each way in which they were made, and their charts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gankit.reporting import markup
from gankit.reporting.markup import Html, tag
from gankit.reporting.standing import Standing, Standings

NOT_COMPARABLE = "Scores of different letters cannot be compared: they differ in"


def scores_section(
    scores: Standings, names: Sequence[str], charts: Iterable[Html], command: str
) -> Html:
    """Return the section of a page about scores.

    Args:
        scores: How they stand.
        names: What the runs are called.
        charts: The figures of the scores.
        command: What to type where there are no scores.
    """
    heading = tag("h2", "Scores", id="scores")
    if not scores.standings:
        return tag("section", heading, tag("p", "None were measured yet:"), markup.code(command))
    warning = None
    if len(scores.ways) > 1:
        warning = tag("p", f"{NOT_COMPARABLE} {', '.join(scores.differences())}.", class_="note")
    cards = [_card(scores, letter, names) for letter in scores.ways]
    drawn = tag("div", *charts, class_="charts pair")
    return tag("section", heading, warning, tag("div", *cards, drawn, class_="stack"))


def _card(scores: Standings, letter: str, names: Sequence[str]) -> Html:
    found = [standing for standing in scores.standings if standing.way == letter]
    head = ["score", "run", "last", "epoch", "best", "epoch", "range"]
    rows = [[s.title, names[s.run], *cells(s)] for s in found]
    kept = [place for place in range(len(head)) if any(row[place] for row in rows)]
    kept = [place for place in kept if place != 1 or len(names) > 1]
    caption = "Scores" + (f" measured in the way {letter}" if len(scores.ways) > 1 else "")
    table = markup.table(
        caption,
        [head[place] for place in kept],
        ([row[place] for place in kept] for row in rows),
        (number for number, place in enumerate(kept) if place > 1),
    )
    made = told(scores.ways[letter])
    for name, samples in {names[s.run]: s.samples for s in found}.items():
        name = name if len(names) > 1 else "samples"
        made += [(name, "; ".join(f"{key} {text}" for key, text in told(samples)))]
    return tag("div", table, markup.listed(made, "made"), class_="card")


def cells(standing: Standing) -> list[str]:
    """Return what a table says of a score: the last, the best, and how far it went."""
    (when, last), best = standing.last, standing.best
    found = [markup.number(last), markup.number(when)]
    found += [markup.number(best[1]), markup.number(best[0])] if best else ["", ""]
    low, high = map(markup.number, (min(standing.values), max(standing.values)))
    if len(standing.values) == 1:
        return [*found, ""]
    return [*found, f"{low} … {high}" if low != high else f"always {low}"]


def told(way: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how scores were made, in words; features without classes have no accuracy."""
    known = {name: v for name, v in way.items() if (name, v) != ("accuracy", None)}
    return [(name.replace("_", " "), _in_words(value)) for name, value in known.items()]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return markup.number(value)
    return "not known" if value is None else str(value)
