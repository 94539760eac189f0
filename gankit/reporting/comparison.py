"""The results of a comparison of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gankit.errors import GankitError
from gankit.reporting.differences import Differences
from gankit.reporting.page import Page
from gankit.reporting.score_history import ScoreHistories
from gankit.reporting.scores_section import not_comparable


@dataclass(frozen=True)
class SampleRequest:
    """The samples to draw from each run."""

    count: int
    seed: int
    checkpoint: str  # `last`, `best`, or a name
    plugins: Sequence[Path]
    backend: str | None  # that draws


@dataclass(frozen=True)
class Samples:
    """The samples of one run; runs with noise of the same shape have the same noise."""

    images: np.ndarray  # (count, height, width, channels) in [−1, 1], or other values
    noise: tuple[int, ...]
    step: int  # of the checkpoint


@dataclass(frozen=True)
class Comparison:
    """A comparison of runs; a notebook shows the page.

    Args:
        names: The names of the runs.
        settings: Where the recipes differ: a value per run, by dotted key.
        made: Likewise for what the runs were made with.
        scores: The scores of all runs.
        warnings: What gankit warned of at the start of each run.
        samples: The samples of each run, or why it has none; empty if none were requested.
        page: The page with all of it and the curves.
    """

    names: Sequence[str]
    settings: Differences
    made: Differences
    scores: ScoreHistories
    warnings: Sequence[Sequence[str]]
    samples: Sequence[Samples | GankitError]
    page: Page

    def notes(self) -> list[str]:
        """Return the warnings of runs, and those about scores and samples."""
        notes = self.warned()
        if len(self.scores.protocols) > 1:
            notes.append(not_comparable(self.scores))
        for name, sample in zip(self.names, self.samples):
            if isinstance(sample, GankitError):
                notes.append(f"no samples of {name}: {sample.message}")
        return notes

    def warned(self) -> list[str]:
        """Return what gankit warned of at the start of the runs, with their names."""
        pairs = zip(self.names, self.warnings)
        return [f"{name}: {warning}" for name, warnings in pairs for warning in warnings]

    def _repr_html_(self) -> str:
        return self.page._repr_html_()
