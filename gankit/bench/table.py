"""The table of a ring or grid benchmark: published results above measured ones."""

from collections.abc import Iterable, Sequence

import numpy as np

from gankit.bench.results import Row

HEAD = ("", "modes", "HQ %", "reverse KL", "spread", "steps", "time")

# Modes, high-quality samples in %, and reverse KL.
PUBLISHED = {
    "ring": {
        "GAN": ("6.3±0.5", "98.2±0.2", "0.45±0.09"),
        "ALI": ("6.6", "97.6", "0.36"),
        "PacGAN2": ("7.9±0.1", "95.6±2.0", "0.07"),
        "PacGAN3": ("7.8", "97.7", "0.10"),
        "PacGAN4": ("7.8", "95.9", "0.07"),
    },
    "grid": {
        "GAN": ("17.3±0.8", "94.8±0.7", "0.70±0.07"),
        "ALI": ("24.1", "95.7", "0.14"),
        "PacGAN2": ("23.8", "91.3", "0.13"),
        "PacGAN3": ("24.6", "94.2", "0.06"),
        "PacGAN4": ("24.8±0.2", "93.6", "0.04"),
    },
}
PUBLISHED_STEPS = "400,000"

NOTES = (
    "HQ: at most 3σ from a mode; real points have 98.9%. Modes: those with an HQ",
    "sample. Reverse KL: of the fractions of the modes. Spread: the std inside modes,",
    "divided by that of real points; below 1, HQ was bought by shrinking. Steps: of",
    "each game, its rejection's included. Time: of all games together.",
)


def table(benchmark: str, rows: Iterable[Row]) -> list[str]:
    """Return the lines of the table of `ring` or `grid`, at most 80 characters wide."""
    rows = list(rows)
    seeds = max((len(row.scores) for row in rows), default=0)
    published = [
        (name, *values, "", PUBLISHED_STEPS, "") for name, values in PUBLISHED[benchmark].items()
    ]
    lines = aligned([HEAD, *published, *map(_cells, rows)])
    return [
        f"{benchmark}: published above (PacGAN, table 1), measured below",
        f"2,500 samples of each of {seeds} games; mean ± standard error",
        "",
        *lines[: 1 + len(published)],
        "-" * len(lines[0].rstrip()),
        *lines[1 + len(published) :],
        "",
        *NOTES,
    ]


def with_error(values: Sequence[float], digits: int) -> str:
    """Return the mean ± its standard error s / √n; only the mean of a single value."""
    if not values:
        return ""
    mean = f"{np.mean(values):.{digits}f}"
    if len(values) < 2:
        return mean
    return f"{mean}±{np.std(values, ddof=1) / np.sqrt(len(values)):.{digits}f}"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        with_error(row.values("modes"), 1),
        with_error([100 * fraction for fraction in row.values("high_quality")], 1),
        with_error(row.values("reverse_kl"), 3),
        with_error([spread for spread in row.values("spread") if np.isfinite(spread)], 2),
        f"{row.steps:,}",
        minutes(row.seconds),
    )


def minutes(seconds: float) -> str:
    """Return seconds as minutes and seconds."""
    return "{}:{:02}".format(*divmod(round(seconds), 60))


def aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table, the first column aligned left, the others right."""
    widths = [max(map(len, column)) for column in zip(*table)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))]
        ).rstrip()
        for row in table
    ]
