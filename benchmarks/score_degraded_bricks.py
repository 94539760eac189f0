"""Scores bricks with known faults by the features `bricks` and `pixels`, as a Markdown table.

python benchmarks/score_degraded_bricks.py
"""

from collections.abc import Callable

import numpy as np
import typer
from scipy.ndimage import gaussian_filter

import gankit
from gankit_lego.dataset import lego
from gankit_lego.features.bricks import bricks
from gankit_standard.features.pixels import pixels
from gankit_standard.metrics.distances import frechet_distance
from gankit_standard.metrics.manifolds import prdc

SCORES = ("distance", "precision", "recall")
Degrade = Callable[[np.ndarray], np.ndarray]


def main(count: int = 2000):
    """Print the scores of real bricks against bricks of another seed that have a fault."""
    told = [f"{score}{of}" for of in ("", ", `pixels`") for score in SCORES]
    print(f"| images | size | {' | '.join(told)} |")
    print("| --- " * 8 + "|")
    for size in (32, 64):
        real, _ = rendered(count, size, seed=1)
        others, labels = rendered(count, size, seed=2)
        for name, fault in faults(size / 32, labels).items():
            fake = fault(others)
            cells = [cell for f in (bricks, pixels) for cell in scores(f(), real, fake)]
            print(f"| {name} | {size} | {' | '.join(cells)} |", flush=True)


def rendered(count: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return bricks of all kinds in [−1, 1], and their labels."""
    arrays = lego(count, size, seed=seed).arrays
    return gankit.from_uint8(np.asarray(arrays["images"])), np.asarray(arrays["labels"])


def faults(pixel: float, labels: np.ndarray) -> dict[str, Degrade]:
    """Return what makes images worse; `pixel` is the width of a pixel of 32×32."""
    return {
        "another seed": lambda x: x,
        "blurred, std 0.5 px": lambda x: blur(x, 0.5 * pixel),
        "blurred, std 1 px": lambda x: blur(x, pixel),
        "noise, std 0.1": lambda x: noise(x, 0.1),
        "noise, std 0.3": lambda x: noise(x, 0.3),
        "every second kind missing": lambda x: x[labels % 2 == 0],
        "five of six kinds missing": lambda x: x[labels % 6 == 0],
    }


def blur(images: np.ndarray, std: float) -> np.ndarray:
    return gaussian_filter(images, (0, std, std, 0), mode="nearest")


def noise(images: np.ndarray, std: float) -> np.ndarray:
    drawn = np.random.default_rng(0).standard_normal(images.shape)
    return np.clip(images + std * drawn, -1, 1)


def scores(features: gankit.Features, real: np.ndarray, fake: np.ndarray) -> list[str]:
    """Return the Fréchet distance, precision and recall as cells."""
    one, other = (np.asarray(features.extract(x), "float64") for x in (real, fake))
    found = prdc(one, other)
    return [
        f"{frechet_distance(one, other):.3g}",
        f"{found['precision']:.2f}",
        f"{found['recall']:.2f}",
    ]


if __name__ == "__main__":
    typer.run(main)
