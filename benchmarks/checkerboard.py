"""Measure the checkerboard patterns of up-sampling: runs side by side, and real images.

    python benchmarks/checkerboard.py PICTURE NAME=RUN …

A layer that doubles an image can leave a pattern that repeats every second pixel, at half the
sampling frequency; the layer before it leaves one that repeats every fourth, and so on. The figure
for a period is the power at its frequency along either axis, divided by that at the two
frequencies beside it: 1 where there is no pattern. Each run is also measured as it was before its
training. The picture shows samples beside their mean spectrum: patterns are bright lines and spots
at fractions of the edge.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from vae_and_gan import halves

import gankit
from gankit.api.generator import Generator
from gankit.discovery.plugins import load_plugins
from gankit.game.sampling import sample
from gankit.recipe.recipe import read_recipe
from gankit.run.experiment import assemble

SCORED, SHOWN, ZOOM, DECADES = 2000, 8, 3, 5
PERIODS = (2, 4, 8)


def main(picture: Path, runs: dict[str, Path]) -> None:
    """Write the picture, and print the table."""
    generators = {name: Generator.open(run) for name, run in runs.items()}
    images = {"real images": halves(next(iter(generators.values())))[0]}
    for name, generator in generators.items():
        fresh = assemble(read_recipe(runs[name] / "recipe.toml", load_plugins())).gan
        images[f"{name}, untrained"] = np.asarray(sample(fresh, SCORED, 1))
        images[name] = np.asarray(gankit.sample(generator, SCORED, seed=1).values)
    print("| images |" + "".join(f" every {period} pixels |" for period in PERIODS))
    print("| --- " * (1 + len(PERIODS)) + "|")
    for name, found in images.items():
        ratios = (f"{excess(spectrum(found), period):.2f}" for period in PERIODS)
        print(f"| {name} | {' | '.join(ratios)} |", flush=True)
    Image.fromarray(np.vstack([row(found) for found in images.values()])).save(picture)


def spectrum(images: np.ndarray) -> np.ndarray:
    """Return the mean power of grey images (n, edge, edge, 1) by frequency, (edge, edge)."""
    grey = images[..., 0] - images[..., 0].mean((1, 2), keepdims=True)
    return np.asarray((np.abs(np.fft.fft2(grey)) ** 2).mean(0))


def excess(power: np.ndarray, period: int) -> float:
    """Return the power at a period along either axis, relative to the frequencies beside it."""
    place = len(power) // period
    ratios = []
    for each in (power, power.T):
        along = each.mean(1)
        ratios.append(along[place] / np.sqrt(along[place - 1] * along[(place + 1) % len(power)]))
    return float(np.sqrt(np.prod(ratios)))


def row(images: np.ndarray) -> np.ndarray:
    """Return a few images beside the logarithm of their spectrum, enlarged."""
    power = np.log10(np.fft.fftshift(spectrum(images)))
    scaled = 255 * np.clip(1 + (power - power.max()) / DECADES, 0, 1)
    few = images[:SHOWN, ..., 0] / np.abs(images[:SHOWN]).max()  # untrained ones are pale
    shown = [np.clip((image + 1) * 127.5, 0, 255) for image in few]
    line = np.hstack([*shown, scaled]).round().astype("uint8")
    return line.repeat(ZOOM, 0).repeat(ZOOM, 1)


if __name__ == "__main__":
    pairs = (word.split("=", 1) for word in sys.argv[2:])
    main(Path(sys.argv[1]), {name: Path(run) for name, run in pairs})
