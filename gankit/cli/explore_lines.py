"""The tables of `gankit explore`: neighbours of samples, and grades of answers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from gankit.cli.console import aligned

if TYPE_CHECKING:
    from gankit.api.explore import Grade, Neighbours

Line = Text | str


def neighbour_lines(found: "Neighbours") -> Iterator[Line]:
    """Yield how close each sample is to the data, and how close real examples are."""
    import numpy as np

    rows = [["sample", *(word for name in found.by for word in (name, "reals nearer"))]]
    for number in range(len(found.samples)):
        pairs = ((by.distances[number], by.nearer_reals[number]) for by in found.by.values())
        rows.append([str(number), *(w for d, near in pairs for w in (f"{d:.3g}", f"{near:.0%}"))])
    yield from aligned(rows, ["bold", *["", "green"] * len(found.by)])
    yield from ("", f"  reals   {found.reals}")
    width = max(map(len, found.by))
    for name, by in found.by.items():
        low, median, high = np.quantile(by.of_reals, (0.05, 0.5, 0.95))
        spread = f"median {median:.3g}, 90 % from {low:.3g} to {high:.3g}"
        yield f"          {name:<{width}}  {spread}"
    yield from ("", "A sample nearer than all reals (0%) may be memorised: look at it.")


def grade_lines(grade: "Grade") -> Iterator[Line]:
    """Yield how many answers are right, and what that means."""
    yield f"  right   {grade.right} of {grade.answers}: {grade.accuracy:.0%}"
    yield f"          {grade.low:.0%} to {grade.high:.0%} with 95 % confidence (Wilson)"
    yield f"  chance  {grade.chance:.0%}"
    if grade.fooled == grade.fooled:
        yield f"  fooled  {grade.fooled:.0%} of the generated images were taken for real"
    better = grade.low > grade.chance
    verdict = "significantly more" if better else "not significantly more"
    yield Text(f"The answers are right {verdict} often than by chance.", "bold")
