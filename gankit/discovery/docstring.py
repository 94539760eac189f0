"""Reads Google-style docstrings: the summary, the help of each argument, the papers."""

import inspect
import re

_ARXIV = re.compile(r"arXiv:\s?\d{4}\.\d{4,5}", re.IGNORECASE)
_ENTRY = re.compile(r"(\w+)(?: \([^)]*\))?:\s*(.*)")


def summary(docstring: str | None) -> str:
    """Return the first paragraph as one line."""
    paragraph, _, _ = inspect.cleandoc(docstring or "").partition("\n\n")
    return " ".join(paragraph.split())


def arguments(docstring: str | None) -> dict[str, str]:
    """Return the help of each argument in the `Args` section, as one line each."""
    found: dict[str, str] = {}
    name = None
    for depth, line in _section(docstring, "Args"):
        entry = _ENTRY.fullmatch(line) if depth == 0 else None
        if entry:
            name, found[entry[1]] = entry[1], entry[2]
        elif name:
            found[name] = f"{found[name]} {line}".strip()
    return found


def papers(docstring: str | None) -> list[str]:
    """Return the entries of the `Reference` section, then other arXiv numbers in the text."""
    references: list[str] = []
    for depth, line in _section(docstring, "References?"):
        if depth == 0:
            references.append(line.removeprefix("- "))
        else:
            references[-1] += f" {line}"
    known = " ".join(references)
    others = dict.fromkeys(_ARXIV.findall(docstring or ""))
    return references + [paper for paper in others if paper not in known]


def _section(docstring: str | None, title: str) -> list[tuple[int, str]]:
    """Return the lines of a section, each with its indentation relative to the first."""
    text = inspect.cleandoc(docstring or "")
    match = re.search(rf"^{title}:[ \t]*\n((?:[ \t]+.*\n?|[ \t]*\n)*)", text, re.MULTILINE)
    lines = [line for line in (match[1] if match else "").splitlines() if line.strip()]
    depths = [len(line) - len(line.lstrip()) for line in lines]
    return [(depth - depths[0], line.strip()) for depth, line in zip(depths, lines)]
