"""How a generator grew: the samples after some epochs of a run, side by side.

    python tests/growth.py RUN RECIPE EPOCH …

writes `docs/images/gallery/RECIPE-stages.png`.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from gallery import PICTURES
from PIL import Image
from truncation import beside

from gankit.run.folder import RunFolder

SHOWN = 0.5  # of the edge of a sheet


def main(run: RunFolder, recipe: str, epochs: Iterable[int]) -> None:
    """Write the picture."""
    sheets = run.sheets()
    pages = (corner(Image.open(sheets[epoch])) for epoch in epochs)
    beside(pages).save(PICTURES[0] / f"{recipe}-stages.png", optimize=True)


def corner(sheet: Image.Image) -> Image.Image:
    """Return the upper left quarter of a sheet."""
    return sheet.crop((0, 0, round(sheet.width * SHOWN), round(sheet.height * SHOWN)))


if __name__ == "__main__":
    main(RunFolder(Path(sys.argv[1])), sys.argv[2], map(int, sys.argv[3:]))
