"""The folder of a benchmark: what was measured stays, and is not measured again."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import keras
import numpy as np

from gankit.bench.play import Played
from gankit.bench.protocol import Protocol, Score
from gankit.errors import GankitError
from gankit.run.folder import write_text


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Args:
        name: Of the arm, and of how it was sampled.
        scores: By seed.
        steps: Of each game.
        seconds: Of all games.
    """

    name: str
    scores: dict[int, Score]
    steps: int
    seconds: float


class Results:
    """What was measured of a benchmark: for each row and group of seeds, its samples and a note.

    Args:
        folder: Where it is kept.
        protocol: How samples are scored.
    """

    def __init__(self, folder: Path, protocol: Protocol):
        self.folder, self.protocol = folder, protocol

    def add(self, played: Played, seeds: Sequence[int], recipe: str) -> None:
        """Keep what was played; it appears whole or not at all.

        Args:
            played: A row's samples.
            seeds: Those of the games that were played together.
            recipe: What was played, as TOML.

        Raises:
            GankitError: It cannot be written.
        """
        place = self.folder / f"{played.row}-{seeds[0]}-{seeds[-1]}"
        facts = {"row": played.row, "seeds": list(seeds), "steps": played.steps}
        facts |= {"seconds": round(played.seconds, 1), **_here(), "recipe": recipe}
        facts["scores"] = {seed: asdict(s) for seed, s in zip(seeds, self._scores(played.samples))}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            np.save(place.with_suffix(".npy"), played.samples)
            write_text(place.with_suffix(".json"), json.dumps(facts, indent=2) + "\n")
        except OSError as error:
            raise GankitError(f"{place} cannot be written: {error}", "choose another --out") from (
                error
            )

    def missing(self, rows: Iterable[str], seeds: Sequence[int], recipe: str) -> list[int]:
        """Return the seeds that a row lacks.

        Raises:
            GankitError: What is there was measured with another recipe.
        """
        found = [self._notes(row) for row in rows]
        for note in (note for notes in found for note in notes):
            if note["recipe"] != recipe:
                raise GankitError(
                    f"{self.folder} has {note['row']} as it was measured with other settings",
                    "choose another --out, or remove it",
                )
        done = [{seed for note in notes for seed in note["seeds"]} for notes in found]
        return [seed for seed in seeds if not all(seed in some for some in done)]

    def row(self, name: str, seeds: Sequence[int]) -> Row:
        """Return the row of these seeds."""
        notes = self._notes(name)
        scores = {int(seed): Score(**s) for note in notes for seed, s in note["scores"].items()}
        return Row(
            name,
            {seed: scores[seed] for seed in seeds},
            notes[0]["steps"],
            sum(note["seconds"] for note in notes if set(note["seeds"]) & set(seeds)),
        )

    def _scores(self, samples: np.ndarray) -> list[Score]:
        return [self.protocol.score(points) for points in samples]

    def _notes(self, row: str) -> list[dict]:
        try:
            found = [json.loads(p.read_text("utf-8")) for p in sorted(self.folder.glob("*.json"))]
        except (OSError, ValueError) as error:
            raise GankitError(
                f"{self.folder} cannot be read: {error}", "choose another --out"
            ) from error
        return [note for note in found if note["row"] == row]


def _here() -> dict[str, str]:
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "backend": keras.backend.backend(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
