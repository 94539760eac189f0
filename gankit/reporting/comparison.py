"""What is found of several runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gankit.errors import GankitError
from gankit.reporting.page import Page
from gankit.reporting.scores import NOT_COMPARABLE
from gankit.reporting.settings import Differences
from gankit.reporting.standing import Standings


@dataclass(frozen=True)
class Asked:
    """Which samples of each run are wanted.

    Args:
        count: How many; 0 for none.
        seed: Of the noise.
        checkpoint: `last`, `best`, or the name of one.
    """

    count: int
    seed: int
    checkpoint: str = "last"


@dataclass(frozen=True)
class Samples:
    """What the generator of a run makes.

    Args:
        images: In [−1, 1], (count, height, width, channels), or points, (count, 2).
        noise: The shape of the noise; runs with one shape had equal noise.
        step: Of the checkpoint.
    """

    images: np.ndarray
    noise: tuple[int, ...]
    step: int


@dataclass(frozen=True)
class Drawn:
    """Samples of several runs.

    Args:
        samples: Of each run, or why it has none.
        asked: Which samples they are.
        backend: What they were drawn on.
    """

    samples: Sequence[Samples | GankitError]
    asked: Asked
    backend: str


@dataclass(frozen=True)
class Comparison:
    """What is found of several runs; a notebook shows the page.

    Args:
        names: What the runs are called.
        settings: Where their recipes differ: a value for each run, by the dotted key.
        made: Where what they were made with differs, likewise.
        scores: How their scores stand.
        drawn: Samples from equal noise; None if none were wanted.
        page: All of it, with the curves.
    """

    names: Sequence[str]
    settings: Differences
    made: Differences
    scores: Standings
    drawn: Drawn | None
    page: Page

    def notes(self) -> list[str]:
        """Return what to beware of: scores that cannot be compared, runs without samples."""
        told = []
        if len(self.scores.ways) > 1:
            told.append(f"{NOT_COMPARABLE} {', '.join(self.scores.differences())}")
        for name, sample in zip(self.names, self.drawn.samples if self.drawn else ()):
            if isinstance(sample, GankitError):
                told.append(f"no samples of {name}: {sample.message}")
        return told

    def _repr_html_(self) -> str:
        """Return the page in a frame."""
        return self.page._repr_html_()
