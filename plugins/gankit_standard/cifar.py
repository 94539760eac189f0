"""CIFAR-10 and CIFAR-100."""

from collections.abc import Sequence

import keras

import gankit
from gankit_standard.cifar_files import Label, read_cifar
from gankit_standard.labelled import Arrays, Load, Split, downloaded, labelled, local

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
    """CIFAR-10, photographs of ten classes, 32×32 in colour (Krizhevsky 2009).

    Args:
        path: The archive (`.tar.gz`) or unpacked folder of the binary or Python version; if left
            out, Keras downloads it once.
        split: The 50,000 training images, or the 10,000 test images.
        classes: Those to keep, of `airplane`, `automobile`, `bird`, `cat`, `deer`, `dog`, `frog`,
            `horse`, `ship` and `truck`; all if left out.
        flip: Whether images are mirrored left to right at random.

    Returns:
        images: (examples, 32, 32, 3) of uint8.
        labels: (examples,), indices into `classes`.

    Raises:
        GankitError: There is no such file or class, or the download fails.
    """
    names = {"train": [f"data_batch_{n}" for n in range(1, 6)], "test": ["test_batch"]}[split]
    load = keras.datasets.cifar10.load_data
    arrays = _read(load, "CIFAR-10", path, split, names, "labels")
    return labelled(*arrays, THINGS, classes, flip)


def cifar100(
    path: str | None = None,
    split: Split = "train",
    classes: list[str] | None = None,
    flip: bool = False,
) -> gankit.Dataset:
    """CIFAR-100, photographs of a hundred classes, 32×32 in colour (Krizhevsky 2009).

    Args:
        path: The archive (`.tar.gz`) or unpacked folder of the binary or Python version; if left
            out, Keras downloads it once.
        split: The 50,000 training images, or the 10,000 test images.
        classes: Those to keep, by their published names, such as `["fox", "wolf"]`; all if left
            out.
        flip: Whether images are mirrored left to right at random.

    Returns:
        images: (examples, 32, 32, 3) of uint8.
        labels: (examples,), indices into `classes`.

    Raises:
        GankitError: There is no such file or class, or the download fails.
    """
    load = keras.datasets.cifar100.load_data
    arrays = _read(load, "CIFAR-100", path, split, [split], "fine_labels")
    return labelled(*arrays, HUNDRED.split(), classes, flip)


def _read(
    load: Load, name: str, path: str | None, split: Split, files: Sequence[str], label: Label
) -> Arrays:
    if path is None:
        return downloaded(load, name, split, FILES)
    return read_cifar(local(path), files, label)
