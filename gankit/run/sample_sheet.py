"""The sheet of samples of a run."""

import numpy as np
from keras import ops
from PIL import Image

from gankit.data.dataset import Dataset
from gankit.data.scaling import as_uint8, tensor_from_uint8
from gankit.game.gan import GAN
from gankit.game.loss import draws_from_noise
from gankit.game.sampling import sample, sheet_count
from gankit.pictures import sheets
from gankit.scoring.examples import choose

EXAMPLES = 8  # that a generator of images from images is shown with


def run_sheet(gan: GAN, dataset: Dataset, seed: int) -> Image.Image:
    """Return a sheet of samples, of the noise of a seed or of the first examples."""
    if not draws_from_noise(type(gan.game)):
        return sheets.strips(_strips(gan, dataset))
    spec = dataset.spec
    samples = sample(gan, sheet_count(spec), seed, spec.classes)
    return sheets.sheet(samples, dataset.arrays["images"][: len(samples)])


def real_sheet(dataset: Dataset, seed: int) -> Image.Image | None:
    """Return a sheet of real examples, as many as samples; None if they are not images."""
    images = dataset.arrays.get("images")
    if images is None or images.ndim != 4:
        return None
    rows = choose(sheet_count(dataset.spec), len(images), seed)
    return sheets.grid(as_uint8(np.asarray(images[rows])))


def _strips(gan: GAN, dataset: Dataset) -> list[list[np.ndarray]]:
    """Return the preview of the game's loss as arrays."""
    rows = dataset.arrays.items()
    examples = {name: tensor_from_uint8(np.asarray(array[:EXAMPLES])) for name, array in rows}
    strips = gan.game.preview(gan, examples)
    return [[ops.convert_to_numpy(image) for image in strip] for strip in strips]
