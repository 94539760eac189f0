"""Reading the documentation: its pages, and the blocks of code on them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WRITTEN = "<!-- Written by tests/tables.py. -->"  # below the title of a page that is
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

_BLOCK = re.compile(
    r"(?:^<!-- (?P<marker>\w+) -->\n)?"
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Args:
        place: Where it is, `page.md:line`.
        marker: The comment above it: `fragment` of a recipe, `refused` with an error, `output`.
        language: What its fence names.
        title: The file that it is.
        text: What is in it.
    """

    place: str
    marker: str
    language: str
    title: str
    text: str

    @property
    def commands(self) -> list[str]:
        """The commands of a bash block, those on one line apart."""
        return [c.strip() for line in self.text.splitlines() for c in line.split("&&") if c.strip()]


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        parts = {name: value or "" for name, value in match.groupdict().items()}
        found.append(Block(f"{place(page)}:{line}", **parts))
    assert len(found) == len(_fences(text)) / 2, f"{place(page)} has a block that is not understood"
    return found


def place(page: Path) -> str:
    """Return where a page is in the checkout."""
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, and of what mkdocstrings documents there."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall("^#+ (.+)$", text, re.MULTILINE)
    slugs = (re.sub(r"[^\w\s-]", "", heading).strip() for heading in headings)
    documented = re.findall(r"^::: (\S+)$", text, re.MULTILINE)
    return {*documented, *(slug.lower().replace(" ", "-") for slug in slugs)}


def links(page: Path) -> list[tuple[Path, str]]:
    """Return the file and the anchor of each link and image that leads to this project."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text)
    return [(page.parent / path if path else page, anchor) for path, anchor in found]


def _fences(text: str) -> list[str]:
    return re.findall("^```", text, re.MULTILINE)
