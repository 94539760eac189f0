"""Batch normalisation by a batch that is always the same."""

from collections.abc import Callable, Mapping
from typing import Annotated

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_standard.stabilizers.graph import exchanged, rebuilt


class VirtualBatchNorm(gankit.Stabilizer):
    """Normalises each example of the generator by a fixed reference batch and the example itself.

    Where x̂ = (x − E[x]) / √(Var[x] + ε) takes mean and variance over the batch, it takes them over
    the reference batch joined with the one example. No image depends on the others of its batch
    then, and images are drawn as they were trained. The reference batch, of noise that is drawn
    once, goes through the generator each time.

    Args:
        reference: The size of the reference batch.
        classes: How many classes there are in the reference batch of a generator that takes labels;
            0 asks its one-hot encoding or embedding.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.4.
    """

    def __init__(
        self,
        reference: gankit.Count = 64,
        classes: Annotated[int, Field(ge=0)] = 0,
    ):
        self.reference = reference
        self.classes = classes

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Exchange the batch normalisations of the generator.

        Raises:
            GankitError: There are none, or nobody knows how many classes there are.
        """
        return exchanged(networks, ("generator",), self._virtual)

    def _virtual(self, generator: keras.Model) -> keras.Model:
        norms = {
            layer: VirtualBatchNormalization(layer, self.reference)
            for layer in generator.layers
            if isinstance(layer, keras.layers.BatchNormalization)
        }
        if not norms:
            raise gankit.GankitError(
                f"virtual-batch-norm finds no batch normalisation in the {generator.name}",
                "take virtual-batch-norm out of the recipe, or: gankit list architectures",
            )

        def call(layer, *inputs, **options):
            return norms[layer](inputs[0]) if layer in norms else layer(*inputs, **options)

        whole = rebuilt(generator, call, self._before(generator))
        images = whole.output[self.reference :, ...]
        return keras.Model(whole.input, images, name=generator.name)

    def _before(self, generator: keras.Model) -> Callable:
        """Return what puts the reference batch before noise and labels."""
        draws = [keras.initializers.RandomNormal(0.0, 1.0)]
        if len(generator.inputs) > 1:
            draws.append(InTurn(self.classes or _classes(generator)))
        layers = [Fixed(self.reference, *each) for each in zip(draws, generator.inputs)]
        return lambda inputs: [layer(x) for layer, x in zip(layers, inputs)]


class VirtualBatchNormalization(keras.layers.Layer):
    """Does what a batch normalisation does, with the statistics of `VirtualBatchNorm`.

    Args:
        layer: The batch normalisation, whose γ and β it takes over.
        reference: How many of the first rows are the reference batch, which is normalised by
            itself.
    """

    def __init__(self, layer: keras.layers.BatchNormalization, reference: int):
        super().__init__(name=f"{layer.name}_virtual", dtype=layer.dtype_policy)
        self.reference = reference
        self.axis = layer.axis
        self.epsilon = layer.epsilon
        self.gamma = layer.gamma if layer.scale else None
        self.beta = layer.beta if layer.center else None

    def call(self, inputs):
        """Return the rows (reference + batch, …), normalised."""
        x = ops.cast(inputs, "float32")
        mean, variance = self._statistics(x)
        outputs = (x - mean) / ops.sqrt(variance + self.epsilon)
        shape = [1] * len(x.shape)
        shape[self.axis] = x.shape[self.axis]
        if self.gamma is not None:
            outputs = outputs * ops.reshape(self.gamma.value, shape)
        if self.beta is not None:
            outputs = outputs + ops.reshape(self.beta.value, shape)
        return ops.cast(outputs, self.compute_dtype)

    def _statistics(self, x):
        """Return the mean and variance that each row is normalised by, (rows, 1, …, channels)."""
        own, spread = self._moments(x)
        fixed, rest = own[: self.reference], own[self.reference :]
        center = ops.mean(fixed, axis=0, keepdims=True)
        variance = ops.mean(
            spread[: self.reference] + ops.square(fixed - center), axis=0, keepdims=True
        )
        share = 1 / (self.reference + 1)  # of a row in the reference batch joined with it
        shares = ops.concatenate([ops.zeros_like(fixed), share * ops.ones_like(rest)])
        away = own - center
        inside = variance + shares * (spread - variance)
        return center + shares * away, inside + shares * (1 - shares) * ops.square(away)

    def _moments(self, x):
        """Return the mean and variance of each row and channel, (rows, 1, …, channels)."""
        axes = [axis for axis in range(1, len(x.shape)) if axis != self.axis % len(x.shape)]
        if not axes:
            return x, ops.zeros_like(x)
        mean = ops.mean(x, axis=axes, keepdims=True)
        return mean, ops.mean(ops.square(x - mean), axis=axes, keepdims=True)


class Fixed(keras.layers.Layer):
    """Puts rows that never change before those of its input.

    Args:
        count: How many.
        initializer: What draws them, once.
        like: An input.
    """

    def __init__(self, count: int, initializer: keras.initializers.Initializer, like):
        super().__init__(dtype=like.dtype)
        shape = (count, *like.shape[1:])
        self.rows = self.add_weight(shape, initializer, trainable=False, name="reference")

    def call(self, inputs):
        """Return count + batch rows."""
        return ops.concatenate([ops.cast(self.rows.value, inputs.dtype), inputs])


class InTurn(keras.initializers.Initializer):
    """Labels 0, 1, … and again from 0.

    Args:
        classes: How many there are.
    """

    def __init__(self, classes: int):
        self.classes = classes

    def __call__(self, shape, dtype=None):
        """Return labels of the shape (count,)."""
        return ops.cast(ops.arange(shape[0]) % self.classes, dtype)


def _classes(network: keras.Model) -> int:
    """Return the number of classes of a network's one-hot encodings and embeddings."""
    found = set()
    for operation in network.operations:  # of `ops.one_hot`, which has no public class, and layers
        found |= {vars(operation).get("num_classes"), vars(operation).get("input_dim")} - {None}
    if len(found) != 1:
        raise gankit.GankitError(
            "virtual-batch-norm cannot tell how many classes the generator has labels of",
            "set its option classes, as in classes = 10",
        )
    return found.pop()
