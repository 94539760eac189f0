"""The table of the benchmark `stacked-mnist`."""

from collections.abc import Sequence

import numpy as np

from gankit.bench.results import Row
from gankit.bench.table import aligned, minutes, with_error

HEAD = ("", "modes", "reverse KL", "steps", "time")

PUBLISHED = (
    ("DCGAN (VEEGAN)", "99", "3.4"),
    ("VEEGAN (VEEGAN)", "150", "2.95"),
    ("PacDCGAN2 (PacGAN)", "1000", "0.06"),
    ("plain + R1 + R2 (R3GAN)", "693", "0.93"),
    ("relativistic + R1 + R2 (R3GAN)", "1000", "0.078"),
    ("either + R1 (R3GAN)", "failed", ""),
)

NOTES = (
    "Modes: those of 1,000 with one of 26,000 samples. Reverse KL: of the fractions",
    "of the modes, to equal ones. Time: of the training of all games. The published",
    "rows have larger networks and longer trainings.",
)


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table, at most 80 characters wide."""
    published = [(*row, "", "") for row in PUBLISHED]
    lines = aligned([HEAD, *published, *map(_cells, rows)])
    seeds = max((len(row.scores) for row in rows), default=0)
    accuracies = {accuracy for row in rows for accuracy in row.values("accuracy")}
    told = ", ".join(f"{accuracy:.2%}" for accuracy in sorted(accuracies))
    return [
        "stacked-mnist: published above, with the paper in brackets; measured below",
        f"26,000 samples of each of {seeds} games; mean ± standard error",
        f"the classifier recognises {told} of MNIST's test digits",
        "",
        *lines[: 1 + len(published)],
        "-" * max(map(len, lines)),
        *lines[1 + len(published) :],
        "",
        *NOTES,
    ]


def _cells(row: Row) -> tuple[str, ...]:
    divergences = [value for value in row.values("reverse_kl") if np.isfinite(value)]
    return (
        row.name,
        with_error(row.values("modes"), 0),
        with_error(divergences, 3) or "–",
        f"{row.steps:,}",
        minutes(row.seconds),
    )
