"""Parts that only the corpus needs: a file for `--plugin`."""

from typing import Any

import keras
import numpy as np

import gankit

EDGE, HELD_OUT = 12, 512


def lights(
    count: gankit.Count = 3072, different: int | None = None, stripes: bool = False
) -> gankit.Dataset:
    """Spots or stripes of light with random positions, widths and directions, 12 × 12 pixels.

    Args:
        count: The number of images; 512 more are held out.
        different: How many of them are different; all by default.
        stripes: Whether they are stripes.

    Returns:
        images: (count, 12, 12, 1) of uint8.
    """
    draw = np.random.default_rng(0)
    images = _lights(draw, count + HELD_OUT, stripes)
    kept = np.resize(images[: different or count], (count, EDGE, EDGE, 1))
    return gankit.Dataset({"images": kept}, held_out={"images": images[count:]})


def _lights(draw: np.random.Generator, rows: int, stripes: bool) -> np.ndarray:
    axis = np.linspace(-1, 1, EDGE)
    across, down = draw.uniform(-0.6, 0.6, (2, rows, 1, 1))
    angle = draw.uniform(0, np.pi, (rows, 1, 1))
    long, short = draw.uniform(0.3, 0.7, (rows, 1, 1)), draw.uniform(0.1, 0.3, (rows, 1, 1))
    x, y = axis[None, None] - across, axis[None, :, None] - down
    along, beside = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    light = np.exp(-((along / long) ** 2) - (beside / short) ** 2)
    if stripes:
        light = 0.5 + 0.5 * np.sin(along / short)
    pixels: np.ndarray = (255 * light[..., None]).astype("uint8")
    return pixels


class OutwardNoise(gankit.Stabilizer):
    """Uniform noise that moves the discriminator's targets out of [0, 1]: a fault on purpose.

    With it the loss falls forever as the logits grow.

    Args:
        amount: The largest change of a target.
    """

    def __init__(self, amount: float = 0.3):
        self.amount = amount

    def prepare(self, gan: gankit.GAN) -> None:
        """Take the game's random state."""
        self.seed = gan.seed

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Return noisy targets."""
        return gankit.Targets(
            targets.real + self._noise(targets.real), targets.fake - self._noise(targets.fake)
        )

    def _noise(self, targets: Any) -> Any:
        return gankit.random.uniform(keras.ops.shape(targets), 0.0, self.amount, seed=self.seed)


@gankit.hookimpl
def gankit_datasets() -> dict[str, Any]:
    """Spots of light."""
    return {"lights": lights}


@gankit.hookimpl
def gankit_stabilizers() -> dict[str, Any]:
    """The fault."""
    return {"outward-noise": OutwardNoise}
