"""What the gallery shows of a run: its last sheet, and its curves as a drawing.

    python tests/curves.py RUN RECIPE

writes `docs/images/gallery/RECIPE.png` and `RECIPE-curves.svg`. Describe the run in
`runs.toml` beside them; then `python tests/tables.py` writes the page.
"""

import csv
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from gallery import PICTURES, image

from gankit.run import score_file
from gankit.run.folder import RunFolder

COLOURS = ("#3d7fc4", "#e8743b", "#4d9a5b", "#a05fb4")  # seen on white and on black
GREY = "#8a8f98"
WIDTH, HEIGHT, LEFT, TOP, BETWEEN = 230, 150, 72, 34, 76  # "-5.51e+06" fits at the left
Curves = Mapping[str, Sequence[tuple[float, float]]]


def add(run: RunFolder, recipe: str) -> None:
    """Put a run's last sheet and its curves into the gallery."""
    *_, last = run.sheets().values()
    shutil.copy(last, image(recipe) or PICTURES[0] / f"{recipe}.png")
    (PICTURES[0] / f"{recipe}-curves.svg").write_text(drawing(run), encoding="utf-8")


def drawing(run: RunFolder) -> str:
    """Return the curves of a run as SVG: losses, accuracies and its first score by epochs."""
    panels = list(_panels(run))
    step = WIDTH + BETWEEN
    size = f"0 0 {LEFT + len(panels) * step - BETWEEN + 16} {TOP + HEIGHT + 40}"
    inner = [_panel(*panel, LEFT + number * step) for number, panel in enumerate(panels)]
    font = f'font-family="system-ui,sans-serif" font-size="12" fill="{GREY}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" {font} role="img">'
    title = f"<title>Curves of {escape(run.path.name)}</title>"
    return "\n".join([head, title, *inner, "</svg>"]) + "\n"


def _panels(run: RunFolder) -> Iterator[tuple[str, Curves]]:
    """Yield the title and the curves of each panel; not every stage has every loss."""
    with run.history.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for title, ending in (("loss", "_loss"), ("accuracy", "_acc")):
        names = [n for n in rows[0] if n.endswith(ending) and n.count("_") == 1]
        told = {n: [(float(r["epoch"]), float(r[n])) for r in rows if r[n]] for n in names}
        if told:
            yield title, told
    scores = [line for line in score_file.read(run.scores) if line["verb"] == "run"]
    for name, title in list(scores[0]["titles"].items())[:1] if scores else ():
        yield title, {"": [(line["epoch"], line["scores"][name]) for line in scores]}


def _panel(title: str, curves: Curves, left: float) -> str:
    places = [point for curve in curves.values() for point in curve]
    last, low, high = max(places)[0], *_range([y for _, y in places])
    across = [(x, left + x / last * WIDTH) for x in (0, last)]
    down = [(y, TOP + (high - y) / (high - low) * HEIGHT) for y in (low, (low + high) / 2, high)]
    named = list(zip(curves.items(), COLOURS))
    key = [f'<tspan fill="{colour}">{escape(name)}</tspan>' for (name, _), colour in named]
    drawn = [_text(left, 16, "start", "\u2003".join([escape(title), *key]))]
    for y, height in down:
        drawn.append(_line([(left, height), (left + WIDTH, height)], f"{GREY}55"))
        drawn.append(_text(left - 6, height + 4, "end", f"{y:.3g}"))
    drawn += [_text(place, TOP + HEIGHT + 18, "middle", f"{x:g}") for x, place in across]
    drawn.append(_text(left + WIDTH / 2, TOP + HEIGHT + 18, "middle", "epoch"))
    for (_, curve), colour in named:
        scaled = [
            (left + x / last * WIDTH, TOP + (high - y) / (high - low) * HEIGHT) for x, y in curve
        ]
        drawn.append(_line(scaled, colour))
    return "\n".join(drawn)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1, high + 1)


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>'


if __name__ == "__main__":
    add(RunFolder.open(Path(sys.argv[1])), sys.argv[2])
