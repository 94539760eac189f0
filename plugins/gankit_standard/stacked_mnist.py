"""Stacked MNIST: three digits in the channels of one image."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

import gankit
from gankit_standard.labelled import Split
from gankit_standard.mnist import Size, mnist


class Stacks:
    """Images whose channels are grey images (images, height, width), made when they are read.

    `places` (examples, channels) are the indices of the grey images of each example.
    """

    def __init__(self, images: np.ndarray, places: np.ndarray):
        self.images = images
        self.places = places
        self.shape = (len(places), *images.shape[1:], places.shape[1])
        self.ndim = len(self.shape)
        self.dtype = images.dtype

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Return some examples, (…, height, width, channels)."""
        return np.moveaxis(self.images[self.places[rows]], -3, -1)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)


def stacked_mnist(
    path: str | None = None,
    split: Split = "train",
    count: gankit.Count = 128_000,
    size: Size = 28,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> gankit.Dataset:
    """Stacked MNIST, three digits in red, green and blue: 1,000 modes, for mode collapse.

    An image is made when a batch needs it; until then it is stored as three indices.

    Args:
        path: A `.npz` file with `x_train`, `y_train`, `x_test` and `y_test`, like that of Keras, or
            a folder of IDX files, compressed or not; if left out, Keras downloads MNIST once.
        split: Whether to take the training or the test digits.
        count: The number of images, each of three random digits.
        size: The edge of the images, in pixels; above 28, they get a black margin.
        seed: The seed of the random choice.

    Returns:
        images: (count, size, size, 3) of uint8.
        labels: (count,), the number that the digits form: 100 · red + 10 · green + blue.

    Raises:
        GankitError: There is no such file, or the download fails.

    Reference:
        Metz et al. 2016, Unrolled Generative Adversarial Networks, arXiv:1611.02163; with as many
        images as Lin et al. 2018, PacGAN, arXiv:1712.04086.
    """
    digits = mnist(path, split, size=size).arrays
    draw = np.random.default_rng(seed)
    places = draw.integers(len(digits["labels"]), size=(count, 3), dtype="int32")
    images: Any = Stacks(digits["images"][..., 0], places)  # an array to all who read it
    labels = digits["labels"][places] @ np.array([100, 10, 1], dtype="int32")
    classes = [f"{number:03}" for number in range(1000)]
    return gankit.Dataset({"images": images, "labels": labels}, classes)
