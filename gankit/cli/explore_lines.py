"""What `gankit explore` says of samples' neighbours, and of answers to a sheet."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from gankit.cli.console import aligned

if TYPE_CHECKING:
    from gankit.api.explore import Grade, Neighbours

Line = Text | str


def neighbour_lines(found: "Neighbours") -> Iterator[Line]:
    """Yield how near each sample is to the data, and how near real examples are."""
    head = ["sample", *(word for name in found.by for word in (name, "reals nearer"))]
    rows = [
        [
            str(number),
            *(
                word
                for by in found.by.values()
                for word in (f"{by.distances[number]:.3g}", f"{by.nearer_reals[number]:.0%}")
            ),
        ]
        for number in range(len(found.samples))
    ]
    yield from aligned([head, *rows], ["bold", *["", "green"] * len(found.by)])
    yield ""
    yield f"  reals   {found.reals}"
    width = max(map(len, found.by))
    for name, by in found.by.items():
        low, middle, high = _quantiles(by.of_reals)
        yield (
            f"          {name:<{width}}  median {middle:.3g}, from {low:.3g} to {high:.3g} "
            "for 9 of 10"
        )
    yield ""
    yield "A sample nearer than all reals (0%) may be memorised: look at it."


def grade_lines(grade: "Grade") -> Iterator[Line]:
    """Yield how well answers fit a sheet's key, and what that means."""
    yield f"  right   {grade.right} of {grade.answers}: {grade.accuracy:.0%}"
    yield f"          {grade.low:.0%} to {grade.high:.0%} with 95 % confidence (Wilson)"
    yield f"  chance  {grade.chance:.0%}"
    if grade.fooled == grade.fooled:
        yield f"  fooled  {grade.fooled:.0%} of the generated were taken for real"
    told = grade.low > grade.chance
    verdict = "more often than chance would" if told else "no more often than chance may"
    yield Text(f"The answers are right {verdict}.", "bold")


def _quantiles(distances) -> tuple[float, float, float]:
    """Return what 1 of 20, half, and 19 of 20 are below."""
    import numpy as np

    low, middle, high = np.quantile(distances, (0.05, 0.5, 0.95))
    return low, middle, high
