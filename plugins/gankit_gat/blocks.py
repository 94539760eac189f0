"""The blocks of a transformer: attention and a dense network, each beside the identity."""

from typing import Any

import keras
import numpy as np
from keras import ops

from gankit import layers

GATE = 0.1  # of the gates and gains of a block at first
EXPANSION = 4  # of the dense network inside a block

_public = keras.saving.register_keras_serializable(package="gankit_gat")


def block(x: Any, heads: int) -> Any:
    """Return tokens (batch, tokens, channels) after a block with learned, small gates."""
    x = x + LayerScale()(attention(keras.layers.RMSNormalization()(x), heads))
    return x + LayerScale()(_dense(keras.layers.RMSNormalization()(x)))


def modulated_block(x: Any, style: Any, heads: int) -> Any:
    """Return tokens after a block whose gains and gates are linear in a style (batch, size)."""
    channels = x.shape[-1]
    one, gate, two, other_gate = ops.split(small(4 * channels)(style), 4, axis=-1)
    x = x + gate[:, None] * attention(scaled(rms_norm(x), one), heads)
    return x + other_gate[:, None] * _dense(scaled(rms_norm(x), two))


def attention(x: Any, heads: int) -> Any:
    """Return the attention between tokens (batch, tokens, channels), with normalised queries."""
    tokens, channels = x.shape[1:]
    size = channels // heads

    def split(y: Any) -> Any:
        return ops.transpose(ops.reshape(y, (-1, tokens, heads, size)), (0, 2, 1, 3))

    query, key, value = (split(keras.layers.Dense(heads * size)(x)) for _ in range(3))
    scores = ops.matmul(rms_norm(query), ops.transpose(rms_norm(key), (0, 1, 3, 2)))
    weights = ops.softmax(ops.cast(scores, "float32") / np.sqrt(size))
    mixed = ops.matmul(ops.cast(weights, value.dtype), value)
    mixed = ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (-1, tokens, heads * size))
    return keras.layers.Dense(channels)(mixed)


def small(size: int, dtype: str | None = None) -> keras.layers.Layer:
    """Return a dense layer whose outputs are small at first."""
    initializer = keras.initializers.VarianceScaling(GATE**2, "fan_avg", "uniform")
    return keras.layers.Dense(size, kernel_initializer=initializer, dtype=dtype)


def rms_norm(x: Any) -> Any:
    """Return x divided by the root of its mean square over the last axis."""
    return x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-6)


def scaled(x: Any, gain: Any) -> Any:
    """Return tokens (batch, tokens, channels) times 1 + a gain (batch, channels)."""
    return x * (1 + gain[:, None])


def _dense(x: Any) -> Any:
    channels = x.shape[-1]
    return keras.layers.Dense(channels)(keras.layers.Dense(EXPANSION * channels, "gelu")(x))


@_public
class LayerScale(layers.Portable):
    """Multiplies each channel by a learned number, small at first."""

    def build(self, shape: Any) -> None:
        """Create the gains, (channels,)."""
        constant = keras.initializers.Constant(GATE)
        self.gamma = self.add_weight((shape[-1],), constant, name="gamma")

    def call(self, x: Any) -> Any:
        """Return γ · x."""
        return self.gamma.value * x

    def plain(self, x: Any) -> Any:
        """Return the same with fixed gains."""
        return keras.layers.Rescaling(ops.convert_to_numpy(self.gamma).tolist())(x)


@_public
class Tokens(layers.Portable):
    """Learned tokens, the same for each row of its input (batch[, tokens], channels).

    Args:
        count: The number of tokens.
    """

    def __init__(self, count: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.count = count

    def build(self, shape: Any) -> None:
        """Create the tokens, (count, channels)."""
        normal = keras.initializers.RandomNormal(0, 0.5)
        self.table = self.add_weight((self.count, shape[-1]), normal, name="table")

    def call(self, x: Any) -> Any:
        """Return the tokens, (batch, count, channels)."""
        x = x[:, None] if len(x.shape) == 2 else x
        return self.table.value + ops.zeros_like(x[:, :1, :1])

    def plain(self, x: Any) -> Any:
        """Return the same by a dense layer of zeros, whose bias is the tokens."""
        size = self.count * x.shape[-1]
        layer = keras.layers.Dense(size, kernel_initializer="zeros")
        y = layer(keras.layers.Flatten()(x)[:, :1])
        layer.bias.assign(ops.reshape(self.table.value, (-1,)))
        return keras.layers.Reshape((self.count, x.shape[-1]))(y)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the layer."""
        return {**super().get_config(), "count": self.count}
