"""The sheet of samples of a run."""

import numpy as np
from keras import ops
from PIL import Image

from gankit.data.dataset import Dataset
from gankit.data.scaling import tensor_from_uint8
from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.game.sampling import conditions_of, sample, sheet_count
from gankit.pictures import sheets
from gankit.scoring.examples import choose

EXAMPLES = 8  # that a preview is made of


def run_sheet(gan: GAN, dataset: Dataset, seed: int) -> Image.Image:
    """Return the preview of the loss, if it has one, or a sheet of samples of a seed's noise."""
    if strips := _strips(gan, dataset):
        return sheets.strips(strips)
    if not gan.game.from_noise:
        raise GankitError(
            f"{type(gan.game).__name__} does not draw from noise, and has no preview to show",
            "define preview in the loss: the images on its sheets",
        )
    count = sheet_count(dataset.spec)
    samples = sample(gan, count, seed, conditions_of(gan, dataset, count, seed))
    return sheets.sheet(samples, dataset.arrays["images"][: len(samples)], dataset.show)


def real_sheet(dataset: Dataset, seed: int) -> Image.Image | None:
    """Return a sheet of real examples, as many as samples; points are on the samples' own sheet."""
    images = dataset.arrays.get("images")
    if images is None or (images.ndim == 2 and dataset.show is None):
        return None
    some = np.asarray(images[choose(sheet_count(dataset.spec), len(images), seed)])
    return sheets.sheet(some, some, dataset.show)


def _strips(gan: GAN, dataset: Dataset) -> list[list[np.ndarray]]:
    """Return the preview of the loss as arrays, drawn by the dataset where it knows how."""
    rows = dataset.arrays.items()
    examples = {name: tensor_from_uint8(np.asarray(array[:EXAMPLES])) for name, array in rows}
    strips = gan.game.preview(gan, examples)
    return [[_drawn(ops.convert_to_numpy(x), dataset) for x in strip] for strip in strips]


def _drawn(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    if dataset.show is None or values.shape[1:] != dataset.spec.shapes.get("images"):
        return values
    return sheets.shown(values, dataset.show)
