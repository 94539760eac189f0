"""history.csv: a row for each epoch."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from gankit.files import write


class History:
    """The rows of the finished epochs; those that a killed run wrote after them are dropped."""

    def __init__(self, path: Path, epochs: int = 0):
        self.path = path
        self.rows = [row for row in read_history(path) if int(row["epoch"]) <= epochs]

    def add(self, row: Mapping[str, float | int]) -> None:
        """Add the row of an epoch and write the file."""
        self.rows.append({name: f"{value:.6g}" for name, value in row.items()})
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write(self.path, text.getvalue())


def read_history(path: Path) -> list[dict[str, str]]:
    """Return the rows of a history file; none if it does not exist."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
