"""How a network is told the labels."""

from typing import Literal

import keras
from keras import ops

import gankit
from gankit import layers

Conditional = bool | Literal["projection"]


class Labels:
    """The beginning of a network, and its labels for the layers that are told of them.

    `conditional = true` joins them to the network's first input, one-hot (Mirza & Osindero 2014,
    arXiv:1411.1784). With `conditional = "projection"` a discriminator adds to its logit how well
    its features fit the label (Miyato & Koyama 2018, arXiv:1802.05637), and a generator's batch
    normalisation has a gain and a bias for each class (Dumoulin et al. 2017, arXiv:1610.07629).

    Args:
        x: The first input, noise (batch, latent) or images (batch, height, width, channels).
        spec: Of the data.
        conditional: The way.

    Attributes:
        inputs: What the network takes, `x` or [`x`, labels].

    Raises:
        GankitError: The network is conditional, and the data has no labels.
    """

    def __init__(self, x, spec: gankit.DataSpec, conditional: Conditional):
        self._x = self.inputs = x
        self._way = conditional
        if conditional:
            classes = _known_classes(spec, conditional)
            labels = keras.Input((), dtype="int32", name="labels")
            self.inputs = [x, labels]
            self._one_hot = ops.one_hot(labels, classes)  # (batch, classes)

    def join(self):
        """Return x, with the one-hot labels beside it where this is the way.

        The label of an image is the same at all its pixels.
        """
        return _beside(self._x, self._one_hot) if self._way is True else self._x

    def join_embedded(self):
        """Return noise as `join` does; in the way of projection, with an embedding of its size.

        This is for a generator without batch normalisation. An embedding begins as noise does.
        """
        if self._way != "projection":
            return self.join()
        begin = keras.initializers.RandomNormal(0, 1)
        embedding = _embedding(self._x.shape[-1], begin)(self._one_hot)
        return _beside(self._x, embedding)

    def normalise(self, x, momentum: float = 0.99):
        """Return x after batch normalisation; in the way of projection γ and β are the class's own.

        Args:
            x: Features (batch, …, channels).
            momentum: What the moving statistics keep at each step.
        """
        by_class = self._way == "projection"
        x = layers.BatchNormalization(momentum=momentum, center=not by_class, scale=not by_class)(x)
        return AffineByClass()([x, self._one_hot]) if by_class else x

    def judge(self, logits, features):
        """Return the logits; in the way of projection logits + ⟨embedding of the label, features⟩.

        Args:
            logits: (batch, 1).
            features: What the layer of the logits sees, (batch, …).
        """
        if self._way != "projection":
            return logits
        features = keras.layers.Flatten()(features)
        embedding = _embedding(features.shape[-1])(self._one_hot)
        fit = keras.layers.Dot(1, dtype="float32")([embedding, features])
        return keras.layers.Add(dtype="float32")([logits, fit])


@keras.saving.register_keras_serializable(package="gankit_standard")
class AffineByClass(layers.Portable):
    """Scales and shifts features by their class: γ_y · x + β_y.

    Reference:
        Dumoulin et al. 2017, A Learned Representation For Artistic Style, arXiv:1610.07629.
    """

    def build(self, shapes):
        """Make γ and β, (classes, channels)."""
        features, one_hot = shapes
        shape = (one_hot[-1], features[-1])
        self.gamma = self.add_weight(shape, "ones", name="gamma")
        self.beta = self.add_weight(shape, "zeros", name="beta")

    def call(self, inputs):
        """Return features (batch, …, channels) by their one-hot labels (batch, classes)."""
        x, one_hot = inputs
        shape = (-1, *(1,) * (len(x.shape) - 2), x.shape[-1])
        gamma = ops.reshape(ops.matmul(one_hot, self.gamma.value), shape)
        beta = ops.reshape(ops.matmul(one_hot, self.beta.value), shape)
        return gamma * x + beta

    def plain(self, inputs):
        """Return the same by two dense layers without a bias, whose kernels are γ and β."""
        x, one_hot = inputs
        shape = (*(1,) * (len(x.shape) - 2), x.shape[-1])
        gamma, beta = (
            keras.layers.Reshape(shape)(_table(table, f"{self.name}_{table.name}")(one_hot))
            for table in (self.gamma, self.beta)
        )
        return keras.layers.Add()([keras.layers.Multiply()([x, gamma]), beta])


def _table(rows: keras.Variable, name: str) -> keras.layers.Layer:
    """Return a layer that picks rows by their one-hot number."""
    layer = keras.layers.Dense(rows.shape[1], use_bias=False, name=name)
    layer.build((None, rows.shape[0]))
    layer.kernel.assign(rows.value)
    return layer


def _embedding(size: int, begin="glorot_uniform") -> keras.layers.Layer:
    """Return a layer of a row for each class; as a dense one it has a kernel for stabilizers."""
    return keras.layers.Dense(size, use_bias=False, kernel_initializer=begin)


def _beside(x, condition):
    """Return x (batch, …, channels) with a condition (batch, size) beside its channels."""
    shape = (1,) * (len(x.shape) - 2) + (condition.shape[-1],)
    everywhere = ops.ones_like(x[..., :1]) * keras.layers.Reshape(shape)(condition)
    return keras.layers.Concatenate()([x, everywhere])


def _known_classes(spec: gankit.DataSpec, conditional: Conditional) -> int:
    if not spec.classes:
        given = '"projection"' if conditional == "projection" else "true"
        raise gankit.GankitError(
            f"conditional = {given} needs labels, and the dataset has none",
            "choose a dataset with classes, such as a folder with one sub-folder a class, "
            "or set conditional = false",
        )
    return spec.classes
