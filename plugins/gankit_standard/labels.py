"""Labels as a second input of a network."""

import keras
from keras import ops

import gankit


def known_classes(facts: gankit.Facts, conditional: bool) -> int:
    """Return how many classes a network is told of: those of the data, 0 if not conditional.

    Raises:
        GankitError: The data has no labels.
    """
    if conditional and not facts.classes:
        raise gankit.GankitError(
            "conditional = true needs labels, and the dataset has none",
            "choose a dataset with classes, such as a folder with one sub-folder a class, "
            "or set conditional = false",
        )
    return facts.classes if conditional else 0


def join_labels(x, classes: int):
    """Return a network's inputs, and what its layers begin with: x with one-hot labels.

    Args:
        x: The first input, noise (batch, latent) or images (batch, height, width, channels); the
            label of an example is the same at all its pixels.
        classes: The number of classes; without any, x is the one input and nothing joins it.
    """
    if not classes:
        return x, x
    labels = keras.Input((), dtype="int32", name="labels")
    one_hot = keras.layers.Reshape((1,) * (len(x.shape) - 2) + (classes,))(
        ops.one_hot(labels, classes)
    )
    everywhere = ops.ones_like(x[..., :1]) * one_hot
    return [x, labels], keras.layers.Concatenate()([x, everywhere])
