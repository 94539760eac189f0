"""Several games played as one: the same networks, once for each seed, in one multiplication.

Row i of a batch belongs to copy i // (batch / copies). Rows of different copies never meet, losses
and penalties are means over rows: the gradient of each copy is that of its own game divided by the
number of copies, to which Adam is indifferent.
"""

import keras
from keras import ops

from gankit.backend import without_chatter


@without_chatter()  # copying a layer makes Keras look for TensorFlow, also on other backends
def together(network: keras.Model, copies: int) -> keras.Model:
    """Return so many copies of a network as one, each with weights of its own.

    Args:
        network: Of dense layers, batch normalisation and what acts on each row alone.
        copies: How many.

    Returns:
        From rows (copies · batch, …) to rows, those of a copy beside each other.
    """

    def copied(layer):
        config = layer.get_config()
        if isinstance(layer, keras.layers.Dense):
            return Dense(copies, config["units"], config["use_bias"], name=layer.name)
        if isinstance(layer, keras.layers.BatchNormalization):
            return Normalization(copies, config["momentum"], config["epsilon"], name=layer.name)
        return type(layer).from_config(config)

    return keras.models.clone_model(network, clone_function=copied)


class Dense(keras.layers.Layer):
    """A dense layer for each copy; its kernel is (copies, in, out), its bias (copies, 1, out).

    Args:
        copies: How many there are.
        units: The outputs of one.
        use_bias: Whether it has a bias.
        name: Of the layer.
    """

    def __init__(self, copies: int, units: int, use_bias: bool = True, name: str | None = None):
        super().__init__(name=name)
        self.copies, self.units, self.use_bias = copies, units, use_bias

    def build(self, shape):
        """Make the weights, each copy's as Keras would make those of one layer."""
        kernel = (self.copies, shape[-1], self.units)
        self.kernel = self.add_weight(kernel, _EachCopy("glorot_uniform"), name="kernel")
        bias = (self.copies, 1, self.units)
        self.bias = self.add_weight(bias, "zeros", name="bias") if self.use_bias else None

    def call(self, rows):
        """Return the outputs (copies · batch, units) of rows (copies · batch, in)."""
        x = ops.reshape(rows, (self.copies, -1, rows.shape[-1]))
        y = ops.matmul(x, self.kernel.value)
        y = y if self.bias is None else y + self.bias.value
        return ops.reshape(y, (-1, self.units))

    def compute_output_shape(self, shape):
        """Return the shape of the outputs: Keras tries numbers of rows that are no copies'."""
        return (*shape[:-1], self.units)

    def get_config(self):
        """Return what the layer is made of."""
        own = {"copies": self.copies, "units": self.units, "use_bias": self.use_bias}
        return {"name": self.name, **own}


class Normalization(keras.layers.Layer):
    """Batch normalisation for each copy, over the rows of that copy.

    Args:
        copies: How many there are.
        momentum: The share of the moving averages that stays.
        epsilon: What is added to a variance.
        name: Of the layer.
    """

    def __init__(self, copies: int, momentum: float, epsilon: float, name: str | None = None):
        super().__init__(name=name)
        self.copies, self.momentum, self.epsilon = copies, momentum, epsilon

    def build(self, shape):
        """Make the weights and the moving averages, (copies, 1, units) each."""
        each = (self.copies, 1, shape[-1])
        self.gamma = self.add_weight(each, "ones", name="gamma")
        self.beta = self.add_weight(each, "zeros", name="beta")
        self.mean = self.add_weight(each, "zeros", trainable=False, name="moving_mean")
        self.variance = self.add_weight(each, "ones", trainable=False, name="moving_variance")

    def call(self, rows, training=False, mask=None):
        """Return the rows (copies · batch, units), normalised."""
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

    def compute_output_shape(self, shape):
        """Return the shape of the outputs."""
        return shape

    def get_config(self):
        """Return what the layer is made of."""
        own = {"copies": self.copies, "momentum": self.momentum, "epsilon": self.epsilon}
        return {"name": self.name, **own}


class _EachCopy(keras.initializers.Initializer):
    """Draws the kernel of each copy as that of one layer is drawn."""

    def __init__(self, name: str):
        self.name = name

    def __call__(self, shape, dtype=None):
        """Return kernels (copies, in, out)."""
        return ops.stack(
            [keras.initializers.get(self.name)(shape[1:], dtype) for _ in range(shape[0])]
        )
