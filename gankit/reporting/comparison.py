"""The results of a comparison of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gankit.errors import GankitError
from gankit.reporting.differences import Differences
from gankit.reporting.page import Page
from gankit.reporting.score_history import ScoreHistories
from gankit.reporting.scores_section import NOT_COMPARABLE


@dataclass(frozen=True)
class SampleRequest:
    """The samples to draw from each run.

    Args:
        count: The number of samples; 0 for none.
        seed: The seed of the noise.
        checkpoint: `last`, `best`, or a checkpoint's name.
        plugins: Plugin files that the runs need.
    """

    count: int
    seed: int
    checkpoint: str
    plugins: Sequence[Path]


@dataclass(frozen=True)
class Samples:
    """The samples of one run.

    Args:
        images: Images in [−1, 1], (count, height, width, channels), or points, (count, 2).
        noise: The shape of the noise; runs with equal shapes have equal noise.
        step: The step of the checkpoint.
    """

    images: np.ndarray
    noise: tuple[int, ...]
    step: int


@dataclass(frozen=True)
class Drawn:
    """The samples of several runs.

    Args:
        samples: The samples of each run, or why it has none.
        request: Which samples they are.
        backend: The backend that drew them.
    """

    samples: Sequence[Samples | GankitError]
    request: SampleRequest
    backend: str


@dataclass(frozen=True)
class Comparison:
    """A comparison of runs; a notebook shows the page.

    Args:
        names: The names of the runs.
        settings: Where the recipes differ: a value per run, by dotted key.
        made: Likewise for what the runs were made with.
        scores: The scores of all runs.
        drawn: Samples from equal noise; None if not requested.
        page: The page with all of it and the curves.
    """

    names: Sequence[str]
    settings: Differences
    made: Differences
    scores: ScoreHistories
    drawn: Drawn | None
    page: Page

    def notes(self) -> list[str]:
        """Return warnings about scores that are not comparable and runs without samples."""
        notes = []
        if len(self.scores.protocols) > 1:
            notes.append(f"{NOT_COMPARABLE} {', '.join(self.scores.differences())}")
        for name, sample in zip(self.names, self.drawn.samples if self.drawn else ()):
            if isinstance(sample, GankitError):
                notes.append(f"no samples of {name}: {sample.message}")
        return notes

    def _repr_html_(self) -> str:
        return self.page._repr_html_()
