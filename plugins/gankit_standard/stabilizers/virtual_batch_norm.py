"""Batch normalisation by a fixed reference batch."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit_standard.stabilizers.network_layers import exchanged, rebuilt


class VirtualBatchNorm(gankit.Stabilizer):
    """Normalises each example of the generator by a fixed reference batch and the example itself.

    In x̂ = (x − E[x]) / √(Var[x] + ε), the mean and variance are those of the reference batch joined
    with the one example. So no image depends on the others of its batch, and sampling is like
    training. The reference batch, noise drawn once, passes through the generator each time.

    Args:
        reference: The size of the reference batch.
        classes: The number of classes of a generator that takes labels; 0 finds it in the
            generator's one-hot encoding or embedding.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.4.
    """

    def __init__(self, reference: gankit.Count = 64, classes: Annotated[int, Field(ge=0)] = 0):
        self.reference = reference
        self.classes = classes

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Exchange the batch normalisations of the generator."""
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

        def call(layer: Any, *inputs: Any, **options: Any) -> Any:
            return norms[layer](inputs[0]) if layer in norms else layer(*inputs, **options)

        whole = rebuilt(generator, call, self._with_reference(generator))
        images = whole.output[self.reference :, ...]
        return keras.Model(whole.input, images, name=generator.name)

    def _with_reference(self, generator: keras.Model) -> Callable[[list[Any]], Iterable[Any]]:
        """Return what prepends the reference batch to noise and labels."""
        initializers = [keras.initializers.RandomNormal(0.0, 1.0)]
        if len(generator.inputs) > 1:
            initializers.append(InTurn(self.classes or _classes(generator)))
        layers = [Fixed(self.reference, *each) for each in zip(initializers, generator.inputs)]
        return lambda inputs: [layer(x) for layer, x in zip(layers, inputs)]


class VirtualBatchNormalization(keras.layers.Layer):
    """Replaces a batch normalisation, whose γ and β it keeps; the first rows are the reference."""

    def __init__(self, layer: keras.layers.BatchNormalization, reference: int):
        super().__init__(name=f"{layer.name}_virtual", dtype=layer.dtype_policy)
        self.reference = reference
        self.axis = layer.axis
        self.epsilon = layer.epsilon
        self.gamma = layer.gamma if layer.scale else None
        self.beta = layer.beta if layer.center else None

    def call(self, inputs: Any) -> Any:
        """Return the rows (reference + batch, …), normalised."""
        x = ops.cast(inputs, "float32")
        mean, variance = self._statistics(x)
        outputs = (x - mean) / ops.sqrt(variance + self.epsilon)
        shape = [1] * len(x.shape)
        shape[self.axis] = x.shape[self.axis]
        gamma = 1 if self.gamma is None else ops.reshape(self.gamma.value, shape)
        beta = 0 if self.beta is None else ops.reshape(self.beta.value, shape)
        return ops.cast(gamma * outputs + beta, self.compute_dtype)

    def _statistics(self, x: Any) -> tuple[Any, Any]:
        """Return the mean and variance for each row, (rows, 1, …, channels)."""
        own, spread = self._moments(x)
        fixed, rest = own[: self.reference], own[self.reference :]
        centre = ops.mean(fixed, axis=0, keepdims=True)
        variance = ops.mean(
            spread[: self.reference] + ops.square(fixed - centre), axis=0, keepdims=True
        )
        weight = 1 / (self.reference + 1)  # of the row itself
        weights = ops.concatenate([ops.zeros_like(fixed), weight * ops.ones_like(rest)])
        offset = own - centre
        within = variance + weights * (spread - variance)
        return centre + weights * offset, within + weights * (1 - weights) * ops.square(offset)

    def _moments(self, x: Any) -> tuple[Any, Any]:
        """Return the mean and variance of each row and channel, (rows, 1, …, channels)."""
        axes = [axis for axis in range(1, len(x.shape)) if axis != self.axis % len(x.shape)]
        if not axes:
            return x, ops.zeros_like(x)
        mean = ops.mean(x, axis=axes, keepdims=True)
        return mean, ops.mean(ops.square(x - mean), axis=axes, keepdims=True)


class Fixed(keras.layers.Layer):
    """Prepends `count` fixed rows, drawn once, to its input."""

    def __init__(
        self, count: int, initializer: keras.initializers.Initializer, like: keras.KerasTensor
    ):
        super().__init__(dtype=like.dtype)
        shape = (count, *like.shape[1:])
        self.rows = self.add_weight(shape, initializer, trainable=False, name="reference")

    def call(self, inputs: Any) -> Any:
        """Return count + batch rows."""
        return ops.concatenate([ops.cast(self.rows.value, inputs.dtype), inputs])


class InTurn(keras.initializers.Initializer):
    """Labels 0, 1, …, classes − 1, repeated."""

    def __init__(self, classes: int):
        self.classes = classes

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Return labels of the shape (count,)."""
        return ops.cast(ops.arange(shape[0]) % self.classes, dtype)


def _classes(network: keras.Model) -> int:
    """Return the number of classes of a network's one-hot encodings and embeddings."""
    found = set()
    for operation in network.operations:  # of `ops.one_hot`, which has no public class, and layers
        found |= {vars(operation).get("num_classes"), vars(operation).get("input_dim")} - {None}
    if len(found) != 1:
        raise gankit.GankitError(
            "virtual-batch-norm cannot find the number of classes in the generator",
            "set its option classes, as in classes = 10",
        )
    return int(found.pop())
