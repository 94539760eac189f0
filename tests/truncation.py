"""Variety against fidelity: samples of a run with truncated noise, and what they score.

    python tests/truncation.py RUN RECIPE

writes `docs/images/gallery/RECIPE-truncation.png`, a block of samples for each bound of the noise
from strong to none, and prints precision and recall of each by the features `bricks`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from gallery import PICTURES
from PIL import Image

import gankit
from gankit.api.generator import Generator
from gankit_lego.features.bricks import extract, trained
from gankit_standard.metrics.manifolds import prdc

BOUNDS = (0.1, 0.5, 1.0, None)
SHOWN, SCORED = 64, 2000


def main(run: Path, recipe: str) -> None:
    """Write the picture, and print the scores."""
    generator = Generator.open(run)
    picture = beside(sheets(generator))
    picture.save(PICTURES[0] / f"{recipe}-truncation.png", optimize=True)
    network = trained()
    places = np.random.default_rng(0).permutation(len(generator.dataset.arrays["images"]))
    real = extract(network, generator.real(np.sort(places[:SCORED])))
    print("| bound of the noise | precision | recall |\n| --- | --- | --- |")
    for bound in BOUNDS:
        fake = gankit.sample(generator, SCORED, seed=1, truncation=bound).values
        found = prdc(real, extract(network, fake))
        print(f"| {bound or 'none'} | {found['precision']:.2f} | {found['recall']:.2f} |")


def sheets(generator: Generator) -> Iterator[Image.Image]:
    """Yield a sheet for each bound."""
    for bound in BOUNDS:
        yield gankit.sample(generator, SHOWN, truncation=bound).sheet


def beside(pages: Iterator[Image.Image], gap: int = 12) -> Image.Image:
    """Return pages from left to right, on white."""
    pages = list(pages)
    width = sum(page.width for page in pages) + gap * (len(pages) - 1)
    found = Image.new("RGB", (width, max(page.height for page in pages)), "white")
    left = 0
    for page in pages:
        found.paste(page.convert("RGB"), (left, 0))
        left += page.width + gap
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
