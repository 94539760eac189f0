"""A page that opens anywhere: one HTML file, without network access."""

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

import gankit
from gankit.errors import GankitError
from gankit.files import write
from gankit.reporting.charts import Chart
from gankit.reporting.markup import Html

_EARLY = ("theme.js",)
_LATE = ("scale.js", "chart.js", "board.js", "pointer.js", "main.js")
_LIVE = ("live.js",)


@dataclass(frozen=True)
class Page:
    """A page in a file; a notebook shows it."""

    path: Path

    def write(self, text: str) -> "Page":
        """Write a document, replacing an older one, and return the page.

        Raises:
            GankitError: It cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write(self.path, text)
        except OSError as error:
            raise GankitError(
                f"the page {self.path} cannot be written: {error}",
                "choose another path with --out",
            ) from error
        return self

    def _repr_html_(self) -> str:
        inside = html.escape(self.path.read_text("utf-8"))
        return f'<iframe srcdoc="{inside}" style="width:100%;height:900px;border:0"></iframe>'


def page_path(out: Path | str | None, folder: Path, name: str) -> Path:
    """Return the path of a page: `out` if it ends in `.html`, else a file in the folder `out`."""
    out = folder if out is None else Path(out)
    return out if out.suffix in (".html", ".htm") and not out.is_dir() else out / name


def document(title: str, body: Html, charts: Sequence[Chart], live: bool = False) -> str:
    """Return a document.

    Args:
        title: Its title.
        body: Its content.
        charts: The data of its figures of class `chart`, in their order.
        live: Whether it asks the server that it is from for its state.
    """
    early, late = _script(_EARLY), _script([*_LATE, *_LIVE] if live else _LATE)
    return Template(_file("page.html")).substitute(
        title=html.escape(title),
        generator=f"gankit {gankit.__version__}",
        policy=_policy([early, late], live),
        style=_file("style.css"),
        early=early,
        late=late,
        charts=embedded([asdict(chart) for chart in charts]),
        body=body,
    )


def embedded(data: object) -> str:
    """Return data as JSON that cannot close the element around it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _script(names: Iterable[str]) -> str:
    """Return scripts as one, with a scope of its own."""
    return '(() => {\n"use strict";\n' + "\n".join(map(_file, names)) + "})();"


def _policy(scripts: Iterable[str], live: bool) -> str:
    """Return the content security policy: these scripts and embedded images, nothing else.

    A live page may also ask its own server.
    """
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'" + ("; connect-src 'self'" if live else "")
    )


def _file(name: str) -> str:
    return files("gankit.reporting").joinpath("html", name).read_text("utf-8")
