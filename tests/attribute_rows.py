"""What attributes change: samples of the same noise, a row for each choice of attributes.

    python tests/attribute_rows.py RUN RECIPE

writes `docs/images/gallery/RECIPE-attributes.png`.
"""

import sys
from pathlib import Path

import numpy as np
from gallery import PICTURES
from PIL import Image, ImageDraw, ImageFont

import gankit
from gankit.api.generator import Generator
from gankit.data.scaling import to_uint8
from gankit.pictures import sheets

ROWS = {  # what a row says, and its attributes
    "long, flat,\nfrom above": {"long": 1, "flat": 1, "above": 1, "dark": 0},
    "long, flat,\nfrom the side": {"long": 1, "flat": 1, "above": 0, "dark": 0},
    "short, flat,\nfrom above": {"long": 0, "flat": 1, "above": 1, "dark": 0},
    "long, tall,\nfrom above": {"long": 1, "flat": 0, "above": 1, "dark": 0},
    "short, tall,\nfrom above": {"long": 0, "flat": 0, "above": 1, "dark": 0},
    "short, tall,\nfrom the side": {"long": 0, "flat": 0, "above": 0, "dark": 0},
    "long, flat,\nfrom above,\ndark": {"long": 1, "flat": 1, "above": 1, "dark": 1},
    "short, tall,\nfrom above,\ndark": {"long": 0, "flat": 0, "above": 1, "dark": 1},
}
EACH, MARGIN, SIZE = 10, 96, 13


def main(run: Path, recipe: str) -> None:
    """Write the picture."""
    generator = Generator.open(run)
    drawn = [
        gankit.sample(
            generator, EACH, where={f"attributes.{name}": value for name, value in chosen.items()}
        ).values
        for chosen in ROWS.values()
    ]
    picture = labelled(
        sheets.grid(to_uint8(np.concatenate(drawn)), columns=EACH, scale=2), list(ROWS)
    )
    sheets.write_png(picture, PICTURES[0] / f"{recipe}-attributes.png")


def labelled(grid: Image.Image, words: list[str]) -> Image.Image:
    """Return a grid with words left of its rows."""
    page = Image.new("RGB", (MARGIN + grid.width, grid.height), "white")
    page.paste(grid, (MARGIN, 0))
    draw, height = ImageDraw.Draw(page), grid.height / len(words)
    for place, word in enumerate(words):
        middle = (MARGIN / 2, (place + 0.5) * height)
        draw.multiline_text(
            middle, word, "black", ImageFont.load_default(SIZE), anchor="mm", align="center"
        )
    return page


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
