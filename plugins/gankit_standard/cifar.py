"""CIFAR-10 and CIFAR-100."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras

import gankit
from gankit_standard.cifar_files import Label, read_cifar
from gankit_standard.labelled import Split, downloaded, labelled

THINGS = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
HUNDRED = """
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile
cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp
lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom
oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine
possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake
spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor
train trout tulip turtle wardrobe whale willow_tree wolf woman worm
"""
FILES = "the archive or the unpacked folder of its Python or binary version"


def cifar10(
    path: str | None = None,
    split: Split = "train",
    classes: list[str] | None = None,
    flip: bool = False,
) -> gankit.Dataset:
    """CIFAR-10, images of ten kinds of things, 32×32 in colour (Krizhevsky 2009).

    Args:
        path: The archive (`.tar.gz`) or the unpacked folder of the set's binary or Python version;
            without it Keras downloads the set once.
        split: The 50,000 images to train with, or the 10,000 to test with.
        classes: The things to keep, of `airplane`, `automobile`, `bird`, `cat`, `deer`, `dog`,
            `frog`, `horse`, `ship` and `truck`; all if left out.
        flip: Whether an image's mirror image is as good as the image.

    Returns:
        images: (examples, 32, 32, 3) of uint8.
        labels: (examples,), places in `classes`.

    Raises:
        GankitError: There is no such file or class, or the set cannot be downloaded.
    """
    files = {"train": [f"data_batch_{n}" for n in range(1, 6)], "test": ["test_batch"]}
    load = keras.datasets.cifar10.load_data
    images, labels = _read(load, "CIFAR-10", path, split, files, "labels")
    return labelled(images, labels, THINGS, classes, flip)


def cifar100(
    path: str | None = None,
    split: Split = "train",
    classes: list[str] | None = None,
    flip: bool = False,
) -> gankit.Dataset:
    """CIFAR-100, images of a hundred kinds of things, 32×32 in colour (Krizhevsky 2009).

    Args:
        path: The archive (`.tar.gz`) or the unpacked folder of the set's binary or Python version;
            without it Keras downloads the set once.
        split: The 50,000 images to train with, or the 10,000 to test with.
        classes: The things to keep, by their published names, e.g. `["fox", "wolf"]`; all if left
            out.
        flip: Whether an image's mirror image is as good as the image.

    Returns:
        images: (examples, 32, 32, 3) of uint8.
        labels: (examples,), places in `classes`.

    Raises:
        GankitError: There is no such file or class, or the set cannot be downloaded.
    """
    files = {"train": ["train"], "test": ["test"]}
    load = keras.datasets.cifar100.load_data
    images, labels = _read(load, "CIFAR-100", path, split, files, "fine_labels")
    return labelled(images, labels, HUNDRED.split(), classes, flip)


def _read(
    load: Callable,
    name: str,
    path: str | None,
    split: Split,
    files: Mapping[Split, Sequence[str]],
    label: Label,
) -> tuple:
    if path is None:
        return downloaded(load, name, split, FILES)
    return read_cifar(Path(path).expanduser(), files[split], label)
