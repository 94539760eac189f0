"""What the documentation says to do works."""

import pytest
from pages import PAGES, WRITTEN, blocks, place
from reader import Reader

pytestmark = [pytest.mark.long, pytest.mark.page]


def followed(page):
    """Return a page as a parameter: for every backend where it names backends."""
    told = [block.text for block in blocks(page) if block.language in ("bash", "python")]
    if any("--backend" in text for text in told):
        return page
    return pytest.param(page, marks=pytest.mark.anywhere)


PAGES_BY_HAND = [page for page in PAGES if WRITTEN not in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    "page", [followed(page) for page in PAGES_BY_HAND], ids=[place(page) for page in PAGES_BY_HAND]
)
def test_what_a_page_says_to_do_works(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    reader = Reader(tmp_path, monkeypatch, capsys)
    for block in blocks(page):
        try:
            reader.follow(block)
        except Exception as error:
            error.add_note(f"at {block.place}")
            raise
    reader.forget()
