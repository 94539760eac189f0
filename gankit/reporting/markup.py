"""HTML of plain values; what is not HTML already is escaped."""

import html
import re
from collections.abc import Iterable, Sequence

_TOML = re.compile(
    r'(?P<head>^\[.*\]$)|(?P<key>^[^\s=#"]+(?= = ))|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<number>(?<![\w.-])(?:true|false|[-+]?(?:\d[\d_.]*(?:e[-+]?\d+)?|inf|nan))(?![\w.-]))",
    re.MULTILINE,
)


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Inside = Html | str | float | None


def tag(name: str, *inside: Inside, **attributes: Inside) -> Html:
    """Return an element.

    Args:
        name: Its name.
        inside: What is in it.
        attributes: Its attributes; of `class_` the underscore is left out, and others become
            hyphens. True is an attribute without a value, None none.
    """
    opened = "".join(
        f" {_attribute(key)}" + ("" if value is True else f'="{html.escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{opened}>{joined(inside)}" + ("" if name in _VOID else f"</{name}>"))


def joined(parts: Iterable[Inside]) -> Html:
    """Return parts as HTML, one behind the other."""
    texts = ("" if part is None else part for part in parts)
    return Html("".join(t if isinstance(t, Html) else html.escape(str(t)) for t in texts))


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[Inside]], numbers: Iterable[int] = ()
) -> Html:
    """Return a table; the first cell of a row is its heading. On a phone, cells are lines.

    Args:
        caption: What it is of.
        head: The headings of the columns; none for names with what belongs to each.
        rows: Their cells.
        numbers: The places of columns of numbers.
    """
    right = set(numbers)
    kinds = ["number" if place in right else None for place in range(len(head))]
    headings = [tag("th", h, scope="col", class_=kind) for h, kind in zip(head, kinds)]
    top = tag("thead", tag("tr", *headings)) if head else None
    body = (_row(row, head or [None] * len(row), kinds or [None] * len(row)) for row in rows)
    inside = (tag("caption", caption), top, tag("tbody", *body))
    return tag("div", tag("table", *inside, class_="lines" if head else None), class_="wide")


def _row(row: Sequence[Inside], head: Sequence[Inside], kinds: Sequence[Inside]) -> Html:
    cells = [
        tag("td", cell, class_=kind, data_head=heading)
        for cell, heading, kind in list(zip(row, head, kinds))[1:]
    ]
    return tag("tr", tag("th", row[0], scope="row"), *cells)


def listed(pairs: Iterable[tuple[str, Inside]], kind: str) -> Html:
    """Return names with what belongs to each."""
    return tag("dl", *(tag("div", tag("dt", n), tag("dd", v)) for n, v in pairs), class_=kind)


def code(text: Inside, kind: str = "") -> Html:
    """Return text to copy."""
    return tag("div", tag("pre", text, class_=f"copied {kind}".strip(), tabindex=0), class_="code")


def coloured(toml: str) -> Html:
    """Return TOML with its tables, keys, strings and numbers in colours."""
    parts: list[Inside] = []
    end = 0
    for found in _TOML.finditer(toml):
        parts += [toml[end : found.start()], tag("span", found[0], class_=f"t-{found.lastgroup}")]
        end = found.end()
    return joined([*parts, toml[end:]])


def number(value: float | None) -> str:
    """Return a number in four digits, as people write it."""
    return "–" if value is None else f"{value:.4g}".replace("-", "−")


def _attribute(name: str) -> str:
    return name.removesuffix("_").replace("_", "-")


_VOID = ("img", "input")
