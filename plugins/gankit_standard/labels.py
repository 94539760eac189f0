"""The first input of a network, with the labels or attributes of the data."""

from typing import Any, Literal

import keras
from keras import ops

import gankit
from gankit import layers

Conditional = bool | Literal["projection", "attributes"]


def inputs(
    spec: gankit.DataSpec, latent: int, conditional: Conditional
) -> tuple["LabelledInput", "LabelledInput"]:
    """Return the inputs of a generator, noise (batch, latent), and of a discriminator, images."""
    noise = keras.Input((latent,), name="noise")
    images = keras.Input(spec.shape, name="images")
    return LabelledInput(noise, spec, conditional), LabelledInput(images, spec, conditional)


class LabelledInput:
    """The first input of a network, with the labels or attributes for the layers that use them.

    `conditional = true` joins the labels to the input, one-hot (Mirza & Osindero 2014,
    arXiv:1411.1784). With `conditional = "projection"` a discriminator adds to its logit how well
    its features fit the label (Miyato & Koyama 2018, arXiv:1802.05637), and a generator's batch
    normalisation has a gain and a bias for each class (Dumoulin et al. 2017, arXiv:1610.07629).
    `conditional = "attributes"` joins the attributes to the input, and a discriminator also adds
    to its logit how well its features fit them.
    """

    def __init__(self, x: Any, spec: gankit.DataSpec, conditional: Conditional):
        self._x = self.inputs = x
        self._conditional = conditional
        if conditional:
            given, self._condition = _condition(spec, conditional)  # (batch, classes or columns)
            self.inputs = [x, given]

    def join(self) -> Any:
        """Return the input; with the one-hot label or the attributes at every pixel, if joined."""
        joined = self._conditional in (True, "attributes")
        return _beside(self._x, self._condition) if joined else self._x

    def join_embedded(self) -> Any:
        """Return noise as `join` does, or, for projection, with an embedding of the same size.

        This is for generators without batch normalisation. Embeddings start as N(0, 1), like noise.
        """
        if self._conditional != "projection":
            return self.join()
        normal = keras.initializers.RandomNormal(0, 1)
        return _beside(self._x, _embedding(self._x.shape[-1], normal)(self._condition))

    def embed(self, size: int) -> Any:
        """Return an embedding of the labels, (batch, size)."""
        return _embedding(size)(self._condition)

    def normalise(self, x: Any, momentum: float = 0.99) -> Any:
        """Return x after batch normalisation; for projection, γ and β depend on the class."""
        by_class = self._conditional == "projection"
        x = layers.BatchNormalization(momentum=momentum, center=not by_class, scale=not by_class)(x)
        return AffineByClass()([x, self._condition]) if by_class else x

    def generator(self, x: Any, activation: str = "tanh") -> keras.Model:
        """Return the generator whose output is the activation of x."""
        outputs = keras.layers.Activation(activation, dtype="float32")(x)
        return keras.Model(self.inputs, outputs, name="generator")

    def discriminator(self, logits: Any, features: Any) -> keras.Model:
        """Return the discriminator with logits (batch, 1), the last layer's output of features.

        For projection and attributes, ⟨embedding of the condition, features⟩ is added.
        """
        if self._conditional in ("projection", "attributes"):
            features = keras.layers.Flatten()(features)
            embedding = _embedding(features.shape[-1])(self._condition)
            fit = keras.layers.Dot(1, dtype="float32")([embedding, features])
            logits = keras.layers.Add(dtype="float32")([logits, fit])
        return keras.Model(self.inputs, logits, name="discriminator")


@keras.saving.register_keras_serializable(package="gankit_standard")
class AffineByClass(layers.Portable):
    """Scales and shifts features by their class: γ_y · x + β_y.

    Reference:
        Dumoulin et al. 2017, A Learned Representation For Artistic Style, arXiv:1610.07629.
    """

    def build(self, shapes: Any) -> None:
        """Create γ and β, (classes, channels)."""
        features, one_hot = shapes
        shape = (one_hot[-1], features[-1])
        self.gamma = self.add_weight(shape, "ones", name="gamma")
        self.beta = self.add_weight(shape, "zeros", name="beta")

    def call(self, inputs: Any) -> Any:
        """Return γ_y · x + β_y of features (batch, …, channels) and labels (batch, classes)."""
        x, one_hot = inputs
        shape = (-1, *(1,) * (len(x.shape) - 2), x.shape[-1])
        gamma = ops.reshape(ops.matmul(one_hot, self.gamma.value), shape)
        beta = ops.reshape(ops.matmul(one_hot, self.beta.value), shape)
        return gamma * x + beta

    def plain(self, inputs: Any) -> Any:
        """Return the same, by two dense layers without a bias whose kernels are γ and β."""
        x, one_hot = inputs
        shape = (*(1,) * (len(x.shape) - 2), x.shape[-1])
        gamma, beta = (
            keras.layers.Reshape(shape)(_table(table, f"{self.name}_{table.name}")(one_hot))
            for table in (self.gamma, self.beta)
        )
        return keras.layers.Add()([keras.layers.Multiply()([x, gamma]), beta])


def _table(rows: keras.Variable, name: str) -> keras.layers.Layer:
    """Return a layer that looks up the row of a one-hot label."""
    layer = keras.layers.Dense(rows.shape[1], use_bias=False, name=name)
    layer.build((None, rows.shape[0]))
    layer.kernel.assign(rows.value)
    return layer


def _embedding(size: int, initializer: Any = "glorot_uniform") -> keras.layers.Layer:
    """Return an embedding of one-hot labels; a dense layer has a kernel for stabilizers."""
    return keras.layers.Dense(size, use_bias=False, kernel_initializer=initializer)


def _beside(x: Any, condition: Any) -> Any:
    """Return x (batch, …, channels) and a condition (batch, size) on the same last axis."""
    shape = (1,) * (len(x.shape) - 2) + (condition.shape[-1],)
    everywhere = ops.ones_like(x[..., :1]) * keras.layers.Reshape(shape)(condition)
    return keras.layers.Concatenate()([x, everywhere])


def _condition(spec: gankit.DataSpec, conditional: Conditional) -> tuple[Any, Any]:
    """Return the input for labels or attributes, and its vectors (batch, size)."""
    if conditional == "attributes":
        attributes = keras.Input((_columns(spec),), name="attributes")
        return attributes, attributes
    labels = keras.Input((), dtype="int32", name="labels")
    return labels, ops.one_hot(labels, _classes(spec, conditional))


def _classes(spec: gankit.DataSpec, conditional: Conditional) -> int:
    if not spec.classes:
        given = '"projection"' if conditional == "projection" else "true"
        raise gankit.GankitError(
            f"conditional = {given} needs labels, and the dataset has none",
            "choose a dataset with classes, such as sub-folders, or set conditional = false",
        )
    return spec.classes


def _columns(spec: gankit.DataSpec) -> int:
    shape = spec.shapes.get("attributes")
    if shape is None or len(shape) != 1:
        arrays = ", ".join(f"{name} {found}" for name, found in spec.shapes.items())
        raise gankit.GankitError(
            'conditional = "attributes" needs an array `attributes` with a row of numbers for each '
            f"example. The data has, for each example: {arrays}",
            "choose a dataset with attributes, such as lego with attributes = true",
        )
    return shape[0]
