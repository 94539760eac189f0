"""The folder of a benchmark: what was measured stays, and is not measured again."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import keras
import numpy as np

from gankit.errors import GankitError
from gankit.files import write

Scores = Mapping[int, Mapping[str, float]]


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Args:
        name: Of the arm, and of how it was sampled.
        scores: By seed, each by name.
        steps: Of each game.
        seconds: Of all games.
    """

    name: str
    scores: Scores
    steps: int
    seconds: float

    def values(self, score: str) -> list[float]:
        """Return a score of each seed."""
        return [scores[score] for scores in self.scores.values()]


class Results:
    """What was measured of a benchmark: a file for each row and group of seeds.

    Args:
        folder: Where it is kept.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def add(self, row: Row, recipe: str, samples: np.ndarray | None = None) -> None:
        """Keep what games that were played together came to; it appears whole or not at all.

        Args:
            row: Of these games.
            recipe: What was played, as TOML.
            samples: Of each seed, so that they can be scored again.

        Raises:
            GankitError: It cannot be written.
        """
        seeds = list(row.scores)
        place = self.folder / f"{row.name}-{seeds[0]}-{seeds[-1]}"
        facts = {"row": row.name, "seeds": seeds, "steps": row.steps}
        facts |= {"seconds": round(row.seconds, 1), **_here(), "recipe": recipe}
        facts["scores"] = {str(seed): dict(scores) for seed, scores in row.scores.items()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if samples is not None:
                np.save(f"{place}.npy", samples)
            write(Path(f"{place}.json"), json.dumps(facts, indent=2) + "\n")
        except OSError as error:
            message = f"{place}.json cannot be written: {error}"
            raise GankitError(message, "choose another --out") from error

    def missing(self, rows: Sequence[str], seeds: Sequence[int], recipe: str) -> list[int]:
        """Return the seeds that any of the rows lacks.

        Raises:
            GankitError: What is there was measured with another recipe, or cannot be read.
        """
        found = [self._notes(row) for row in rows]
        if any(note["recipe"] != recipe for notes in found for note in notes):
            raise GankitError(
                f"{self.folder} has {rows[0]} as it was measured with other settings",
                "choose another --out, or remove that folder",
            )
        done = [{seed for note in notes for seed in note["seeds"]} for notes in found]
        return [seed for seed in seeds if not all(seed in some for some in done)]

    def row(self, name: str, seeds: Sequence[int]) -> Row:
        """Return the row of these seeds, all of which were measured."""
        notes = self._notes(name)
        scores = {int(seed): found for note in notes for seed, found in note["scores"].items()}
        played = [note for note in notes if set(note["seeds"]) & set(seeds)]
        seconds = sum(note["seconds"] for note in played)
        return Row(name, {seed: scores[seed] for seed in seeds}, played[0]["steps"], seconds)

    def _notes(self, row: str) -> list[dict]:
        try:
            found = [json.loads(p.read_text("utf-8")) for p in sorted(self.folder.glob("*.json"))]
            return [note for note in found if note["row"] == row]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{self.folder} cannot be read: {error}"
            raise GankitError(message, "choose another --out") from error


def _here() -> dict[str, str]:
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "backend": keras.backend.backend(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
