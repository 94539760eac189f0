"""What a docstring tells: one line, the help of each option, the papers."""

import pytest

from gankit.discovery.docstring import arguments, papers, summary

pytestmark = pytest.mark.anywhere

DOCSTRING = """Draws cats
    of any size (Tabby et al. 2015, arXiv:1511.06434).

    They are soft: see arXiv:1706.08500v2 too.

    Args:
        size: In pixels,
            at least 8: more is better.
        fur (str, optional): Its colour.

        paws: Always
          four.

    Returns:
        cats: Not an argument.

    References:
        - Tabby et al. 2015, arXiv:1511.06434.
        - Tom and Jerry 1940,
          a long title.
    """


def test_the_summary_is_the_first_paragraph_on_one_line():
    assert summary(DOCSTRING) == "Draws cats of any size (Tabby et al. 2015, arXiv:1511.06434)."
    assert summary(None) == summary("") == ""


def test_the_help_of_each_argument():
    assert arguments(DOCSTRING) == {
        "size": "In pixels, at least 8: more is better.",
        "fur": "Its colour.",
        "paws": "Always four.",
    }
    assert arguments(None) == arguments("No sections.") == {}
    assert arguments("Short.\n\nArgs:") == {}


def test_the_papers_are_the_references_and_what_else_is_on_arxiv():
    assert papers(DOCSTRING) == [
        "Tabby et al. 2015, arXiv:1511.06434.",
        "Tom and Jerry 1940, a long title.",
        "arXiv:1706.08500",
    ]
    assert papers(None) == []
    assert papers("After arXiv:1511.06434, and arXiv:1511.06434.") == ["arXiv:1511.06434"]
