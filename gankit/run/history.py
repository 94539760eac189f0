"""history.csv: a row for each epoch."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from gankit.errors import GankitError
from gankit.files import read, write


class History:
    """The rows of the finished epochs; those that a killed run wrote after them are dropped."""

    def __init__(self, path: Path, epochs: int = 0):
        self.path = path
        self.rows = [row for row in read_history(path) if float(row["epoch"]) <= epochs]

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
    """Return the rows of a history file; none if it does not exist.

    Raises:
        GankitError: It cannot be read, or has a row without the number of its epoch.
    """
    if not path.is_file():
        return []
    try:
        rows = list(csv.DictReader(io.StringIO(read(path))))
        for row in rows:
            float(row["epoch"])
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise GankitError(
            f"{path} is damaged: {error!r}", f"remove it, and lose the curves so far: rm {path}"
        ) from error
    return rows
