"""history.csv: a row an epoch."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from gankit.run.folder import write_text


class History:
    """The rows of a run's epochs, rewritten whole with each new one.

    Args:
        path: The file; rows that it has are kept.
        epochs: How many epochs are finished: later rows, of a run that was killed, are dropped.
    """

    def __init__(self, path: Path, epochs: int = 0):
        self.path = path
        self.rows = [row for row in read_history(path) if int(row["epoch"]) <= epochs]

    def add(self, row: Mapping[str, float | int]) -> None:
        """Add an epoch's row and write the file."""
        self.rows.append({name: f"{value:.6g}" for name, value in row.items()})
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write_text(self.path, text.getvalue())


def read_history(path: Path) -> list[dict[str, str]]:
    """Return the rows of a history file, none if there is no file."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
