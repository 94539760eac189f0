"""HTML elements; text is escaped."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_TOML = re.compile(
    r'(?P<head>^\[.*\]$)|(?P<key>^[^\s=#"]+(?= = ))|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<number>(?<![\w.-])(?:true|false|[-+]?(?:\d[\d_.]*(?:e[-+]?\d+)?|inf|nan))(?![\w.-]))",
    re.MULTILINE,
)
_VOID = ("img", "input")


class Html(str):
    """Text that is already HTML."""

    __slots__ = ()


Inside = Html | str | float | None


def tag(name: str, *inside: Inside, **attributes: Inside) -> Html:
    """Return an element.

    Args:
        name: Its name.
        inside: Its content.
        attributes: Its attributes: a trailing underscore is dropped, others become hyphens. True
            gives an attribute without a value, None gives none.
    """
    opened = "".join(
        f" {key.removesuffix('_').replace('_', '-')}"
        + ("" if value is True else f'="{html.escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{opened}>{joined(inside)}" + ("" if name in _VOID else f"</{name}>"))


def joined(parts: Iterable[Inside]) -> Html:
    """Return parts as one HTML text."""
    texts = ("" if part is None else part for part in parts)
    return Html("".join(t if isinstance(t, Html) else html.escape(str(t)) for t in texts))


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[Inside]], numbers: Iterable[int] = ()
) -> Html:
    """Return a table whose rows start with their heading; on a phone, cells become lines.

    `numbers` are the indices of columns of numbers.
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
    """Return a description list."""
    return tag("dl", *(tag("div", tag("dt", n), tag("dd", v)) for n, v in pairs), class_=kind)


def navigation(sections: Mapping[str, str]) -> Html:
    """Return links to sections of the page, given as titles by anchor."""
    links = [tag("a", title, href=f"#{anchor}") for anchor, title in sections.items()]
    return tag("nav", *links, aria_label="On this page")


def code(text: Inside, kind: str = "") -> Html:
    """Return text with a copy button."""
    return tag("div", tag("pre", text, class_=f"copied {kind}".strip(), tabindex=0), class_="code")


def coloured(toml: str) -> Html:
    """Return TOML with syntax colours."""
    parts: list[Inside] = []
    end = 0
    for found in _TOML.finditer(toml):
        parts += [toml[end : found.start()], tag("span", found[0], class_=f"t-{found.lastgroup}")]
        end = found.end()
    return joined([*parts, toml[end:]])


def number(value: float | None) -> str:
    """Return a number with four digits."""
    return "–" if value is None else f"{value:.4g}".replace("-", "−")


def value_text(value: Any) -> str:
    """Return a value of JSON as text."""
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case float():
            return number(value)
        case int() if value > 99_999:
            return f"{value:,}"
        case dict():
            return "; ".join(f"{key} {value_text(inner)}" for key, inner in value.items())
        case [int(), *_]:
            return " × ".join(map(str, value))
        case list():
            return ", ".join(map(str, value)) or "one each"
    return str(value)
