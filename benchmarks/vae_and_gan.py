"""Sets runs side by side: a picture of their samples, and how sharp and how varied they are.

    python benchmarks/vae_and_gan.py PICTURE NAME=RUN …

Sharpness is the power of an image above a quarter of the sampling frequency, divided by that of
real images. Blurred real images are the control.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

import gankit
from gankit.api.generator import Generator
from gankit_lego.features.bricks import extract, trained
from gankit_standard.metrics.distances import frechet_distance
from gankit_standard.metrics.manifolds import prdc

SCORED, COLUMNS, ROWS = 2000, 8, 2


def main(picture: Path, runs: dict[str, Path]) -> None:
    """Write the picture, and print the table."""
    generators = {name: Generator.open(run) for name, run in runs.items()}
    real, held_out = halves(next(iter(generators.values())))
    blurred = gaussian_filter(held_out, (0, 0.8, 0.8, 0))
    images = {"other real images": held_out, "the same, blurred by σ = 0.8 pixels": blurred}
    for name, generator in generators.items():
        images[name] = np.asarray(gankit.sample(generator, SCORED, seed=1).values)
    network = trained()
    known = extract(network, real)
    print("| images | sharpness | Fréchet distance | precision | recall |")
    print("| --- " * 5 + "|")
    for name, found in images.items():
        seen = extract(network, found)
        scores = prdc(known, seen)
        cells = (
            f"{power(found) / power(real):.2f}",
            f"{frechet_distance(known, seen):.1f}",
            *(f"{scores[score]:.2f}" for score in ("precision", "recall")),
        )
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    shown = [real, *(images[name] for name in runs)]
    rows(shown).save(picture, optimize=True)


def halves(generator: Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return two sets of real images without a common one."""
    count = len(generator.dataset.arrays["images"])
    places = np.random.default_rng(0).permutation(count)[: 2 * SCORED]
    images = np.asarray(generator.real(np.sort(places)))
    return images[::2], images[1::2]


def power(images: np.ndarray) -> float:
    """Return the mean power of grey images (n, height, width, 1) above a quarter of a cycle."""
    spectrum = np.abs(np.fft.fft2(images[..., 0])) ** 2
    across, down = (np.fft.fftfreq(edge) for edge in images.shape[2:0:-1])
    return float(spectrum[:, np.hypot(down[:, None], across) > 0.25].mean())


def rows(sets: list[np.ndarray]) -> Image.Image:
    """Return two rows of images of each set, on white."""
    edge = sets[0].shape[1]
    height = len(sets) * (ROWS * edge + 6)
    page = Image.new("L", (COLUMNS * edge, height), "white")
    for number, images in enumerate(sets):
        for place, image in enumerate(images[: ROWS * COLUMNS, ..., 0]):
            shade = np.clip((image + 1) * 127.5, 0, 255).round().astype("uint8")
            top = number * (ROWS * edge + 6) + place // COLUMNS * edge
            page.paste(Image.fromarray(shade), (place % COLUMNS * edge, top))
    return page


if __name__ == "__main__":
    pairs = (word.split("=", 1) for word in sys.argv[2:])
    main(Path(sys.argv[1]), {name: Path(run) for name, run in pairs})
