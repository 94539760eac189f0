"""Points in a plane as a drawing that needs no script: an option of a sweep against the score."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, takewhile

from gankit.reporting.markup import Html, number, tag

WIDTH, HEIGHT = 420, 220
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 12, 28
STEEP = 50  # of two positive numbers; from this ratio on, an axis is logarithmic


@dataclass(frozen=True)
class Point:
    """A point: its place, its label, and whether it is hollow, or marked as the best."""

    x: float | str  # a string is one of the choices
    y: float
    label: str
    hollow: bool = False
    best: bool = False


@dataclass(frozen=True)
class Axis:
    """The values between two ends, as pixels between two others."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    @classmethod
    def of(cls, values: Sequence[float], start: float, end: float, log: bool = False) -> "Axis":
        """Return an axis around values, with a margin."""
        low, high = min(values), max(values)
        if low == high:
            gap = abs(low) / 2 or 0.5
            return cls(low - gap, high + gap, start, end)
        gap = 0.05 * (math.log(high / low) if log else high - low)
        edges = (low / math.exp(gap), high * math.exp(gap)) if log else (low - gap, high + gap)
        return cls(*edges, start, end, log)

    def place(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high = self.low, self.high
        part = (value - low) / (high - low)
        if self.log:
            part = math.log(value / low) / math.log(high / low)
        return round(self.start + part * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """Return some round values."""
        if self.log:
            first = math.ceil(math.log10(self.low))
            tens = [10.0**power for power in range(first, math.floor(math.log10(self.high)) + 1)]
            if len(tens) > 1:
                return tens[:: math.ceil(len(tens) / 5)]
            return [
                x
                for x in (n * 10.0 ** (first - 1) for n in (1, 2, 5, 10, 20, 50))
                if self.low <= x <= self.high
            ]
        rough = (self.high - self.low) / 4
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(n * power for n in (1, 2, 5, 10) if n * power >= rough)
        begin = math.ceil(self.low / step)
        return list(takewhile(lambda x: x <= self.high, (n * step for n in count(begin))))


def scatter(points: Sequence[Point], alt: str, log: bool = False) -> Html:
    """Return a drawing of points.

    Args:
        points: The points, at least one.
        alt: What is drawn.
        log: Whether the x axis is logarithmic.
    """
    choices = list(dict.fromkeys(p.x for p in points if isinstance(p.x, str)))
    xs = [choices.index(p.x) if isinstance(p.x, str) else p.x for p in points]
    span = [-0.5, len(choices) - 0.5] if choices else xs
    x = Axis.of(span, LEFT, WIDTH - RIGHT, log and min(span) > 0)
    ys = [p.y for p in points]
    steep = min(ys) > 0 and max(ys) > STEEP * min(ys)
    y = Axis.of(ys, HEIGHT - BOTTOM, TOP, steep)
    names = {float(place): name for place, name in enumerate(choices)}
    names = names or {value: number(value) for value in x.ticks()}
    drawn = [_dot(p, x.place(place), y.place(p.y)) for p, place in zip(points, xs)]
    axes = tag("g", *_rows(y), *_names({x.place(v): n for v, n in names.items()}), class_="axes")
    box = f"0 0 {WIDTH} {HEIGHT}"
    return tag("svg", axes, *drawn, viewBox=box, role="img", aria_label=alt, class_="scatter")


def _rows(y: Axis) -> list[Html]:
    rows = []
    for value in y.ticks():
        place = y.place(value)
        rows.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=place, y2=place))
        rows.append(tag("text", number(value), x=LEFT - 6, y=place + 4, text_anchor="end"))
    return rows


def _names(names: dict[float, str]) -> list[Html]:
    return [
        tag("text", name, x=place, y=HEIGHT - 8, text_anchor="middle")
        for place, name in names.items()
    ]


def _dot(point: Point, x: float, y: float) -> Html:
    kind = "dot c1 mark" if point.best else "dot c0 mark" if point.hollow else "dot c0"
    radius = 6 if point.best else 4
    return tag("circle", tag("title", point.label), cx=x, cy=y, r=radius, class_=kind)
