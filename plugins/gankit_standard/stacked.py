"""Stacked MNIST: three digits in the colours of one image."""

from typing import Annotated

import numpy as np
from pydantic import Field

import gankit
from gankit_standard.labelled import Split
from gankit_standard.mnist import Size, mnist

COLOURS = 3


class Stacks:
    """Images whose colours are grey images, made as they are read.

    Args:
        images: The grey ones, (images, height, width).
        places: Which of them are the colours of each example, (examples, colours).
    """

    def __init__(self, images: np.ndarray, places: np.ndarray):
        self.images = images
        self.places = places
        self.shape = (len(places), *images.shape[1:], places.shape[1])
        self.ndim = len(self.shape)
        self.dtype = images.dtype

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, rows) -> np.ndarray:
        """Return some examples, (…, height, width, colours)."""
        return np.moveaxis(self.images[self.places[rows]], -3, -1)

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.asarray(self[:], dtype)


def stacked_mnist(
    path: str | None = None,
    split: Split = "train",
    count: gankit.Count = 128_000,
    size: Size = 28,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> gankit.Dataset:
    """Stacked MNIST, three digits in red, green and blue: 1,000 modes to find or to lose.

    A image is made when a batch asks for it; until then it is three numbers beside the digits.

    Args:
        path: A `.npz` file as Keras has it, with `x_train`, `y_train`, `x_test` and `y_test`, or a
            folder of IDX files, compressed or not; without it Keras downloads MNIST once.
        split: Whether to take the digits to train with, or those to test with.
        count: How many images to stack, each of three digits by lot.
        size: The edge of the images, in pixels; above 28 they get a black margin.
        seed: What the digits are drawn by: equal seeds give equal images.

    Returns:
        images: (count, size, size, 3) of uint8.
        labels: (count,), the number that the digits spell: 100 · red + 10 · green + blue.

    Raises:
        GankitError: There is no such file, or MNIST cannot be downloaded.

    Reference:
        Metz et al. 2016, Unrolled Generative Adversarial Networks, arXiv:1611.02163; as many
        images as Lin et al. 2018, PacGAN, arXiv:1712.04086.
    """
    digits = mnist(path, split, size=size).arrays
    draw = np.random.default_rng(seed)
    places = draw.integers(len(digits["labels"]), size=(count, COLOURS), dtype="int32")
    images = Stacks(digits["images"][..., 0], places)
    labels = digits["labels"][places] @ np.array([100, 10, 1], dtype="int32")
    classes = [f"{number:03}" for number in range(1000)]
    return gankit.Dataset({"images": images, "labels": labels}, classes)
