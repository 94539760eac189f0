"""Several games trained as one: each weight has an axis of copies, one per game.

Row i of a batch belongs to copy i // (batch / copies), and rows of different copies never meet.
Losses and penalties are means over rows, so the gradient of a copy is that of its own game divided
by the number of copies. Adam does not depend on that factor.
"""

from typing import Any

import keras
from keras import ops

from gankit.backend import without_chatter

Shape = tuple[int | None, ...]


@without_chatter()  # copying a layer makes Keras look for TensorFlow, also on other backends
def together(network: keras.Model, copies: int) -> keras.Model:
    """Return copies of a network as one, from rows (copies · batch, …) to rows.

    The network may have dense layers, batch normalization, and layers without weights that act on
    single rows.
    """

    def copied(layer: keras.layers.Layer) -> keras.layers.Layer:
        config = layer.get_config()
        if isinstance(layer, keras.layers.Dense):
            return Dense(copies, config["units"], config["use_bias"], name=layer.name)
        if isinstance(layer, keras.layers.BatchNormalization):
            return Normalization(copies, config["momentum"], config["epsilon"], name=layer.name)
        return type(layer).from_config(config)

    return keras.models.clone_model(network, clone_function=copied)


class Dense(keras.layers.Layer):
    """A dense layer per copy, with kernels (copies, in, out) and biases (copies, 1, out)."""

    def __init__(self, copies: int, units: int, use_bias: bool = True, name: str | None = None):
        super().__init__(name=name)
        self.copies, self.units, self.use_bias = copies, units, use_bias

    def build(self, shape: Shape) -> None:
        """Make the weights; each copy is initialized as a layer of its own."""
        kernel = (self.copies, shape[-1], self.units)
        self.kernel = self.add_weight(kernel, _each_copy, name="kernel")
        bias = (self.copies, 1, self.units)
        self.bias = self.add_weight(bias, "zeros", name="bias") if self.use_bias else None

    def call(self, rows: Any) -> Any:
        """Return the outputs (copies · batch, units) of rows (copies · batch, in)."""
        x = ops.reshape(rows, (self.copies, -1, rows.shape[-1]))
        y = ops.matmul(x, self.kernel.value)
        y = y if self.bias is None else y + self.bias.value
        return ops.reshape(y, (-1, self.units))

    def compute_output_shape(self, shape: Shape) -> Shape:
        """Return the shape of the outputs; Keras cannot infer it from any number of rows."""
        return (*shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the layer."""
        own = {"copies": self.copies, "units": self.units, "use_bias": self.use_bias}
        return {"name": self.name, **own}


class Normalization(keras.layers.Layer):
    """Batch normalization per copy, over the rows of that copy."""

    def __init__(self, copies: int, momentum: float, epsilon: float, name: str | None = None):
        super().__init__(name=name)
        self.copies, self.momentum, self.epsilon = copies, momentum, epsilon

    def build(self, shape: Shape) -> None:
        """Make the weights and the moving averages, (copies, 1, units) each."""
        each = (self.copies, 1, shape[-1])
        self.gamma = self.add_weight(each, "ones", name="gamma")
        self.beta = self.add_weight(each, "zeros", name="beta")
        self.mean = self.add_weight(each, "zeros", trainable=False, name="moving_mean")
        self.variance = self.add_weight(each, "ones", trainable=False, name="moving_variance")

    def call(self, rows: Any, training: bool = False, mask: Any = None) -> Any:
        """Return the rows (copies · batch, units), normalized."""
        x = ops.reshape(rows, (self.copies, -1, rows.shape[-1]))
        mean, variance = self.mean.value, self.variance.value
        if training and self.trainable:
            mean, variance = ops.moments(x, axes=1, keepdims=True)
            for moving, now in ((self.mean, mean), (self.variance, variance)):
                moving.assign(
                    self.momentum * moving.value + (1 - self.momentum) * ops.stop_gradient(now)
                )
        scale = self.gamma.value * ops.rsqrt(variance + self.epsilon)
        return ops.reshape((x - mean) * scale + self.beta.value, (-1, rows.shape[-1]))

    def compute_output_shape(self, shape: Shape) -> Shape:
        """Return the shape of the outputs."""
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the layer."""
        own = {"copies": self.copies, "momentum": self.momentum, "epsilon": self.epsilon}
        return {"name": self.name, **own}


def _each_copy(shape: tuple[int, ...], dtype: Any = None) -> Any:
    """Return kernels (copies, in, out), each initialized as that of one layer."""
    return ops.stack(
        [keras.initializers.GlorotUniform()(shape[1:], dtype) for _ in range(shape[0])]
    )
