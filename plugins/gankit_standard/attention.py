"""Self-attention between the pixels of a feature map."""

from collections.abc import Sequence
from typing import Annotated, Any

import keras
from keras import ops
from pydantic import Field

import gankit
from gankit import layers
from gankit_standard.doubling_sizes import Size

Attention = Annotated[int, Field(ge=0)]
REDUCTION = 8  # of the channels inside, k of the paper


def self_attention(x: Any) -> Any:
    """Return x + γ · o of features x (batch, height, width, channels), where γ starts at 0.

    Each pixel of o is a mixture of all pixels of x: o = v(softmax(g(x) · f(x)ᵀ) · h(x)), with 1×1
    convolutions f, g and h to an eighth of the channels, and v back to all of them.

    Reference:
        Zhang et al. 2019, Self-Attention Generative Adversarial Networks, arXiv:1805.08318,
        equations 1 to 3.
    """
    height, width, channels = x.shape[1:]
    inner = max(1, channels // REDUCTION)
    key, query, value = (_pointwise(inner)(x) for _ in range(3))  # f, g and h
    key, query, value = (ops.reshape(y, (-1, height * width, inner)) for y in (key, query, value))
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1)))
    weights = ops.cast(ops.softmax(ops.cast(scores, "float32")), value.dtype)
    mixed = ops.reshape(ops.matmul(weights, value), (-1, height, width, inner))
    return keras.layers.Add()([x, Gain()(_pointwise(channels)(mixed))])


def check_attention(size: int, sizes: Sequence[Size]) -> None:
    """Raise an error unless a feature map between the first and the last has this shorter edge."""
    edges = [min(each) for each in sizes[1:-1]]
    if size and size not in edges:
        raise gankit.GankitError(
            f"attention must be 0 or one of {', '.join(map(str, edges))}, the sizes of the "
            f"feature maps in pixels. Received: {size}",
            f"attention = {edges[-1]}",
        )


def _pointwise(channels: int) -> keras.layers.Layer:
    return layers.Conv2D(channels, 1, use_bias=False)


@keras.saving.register_keras_serializable(package="gankit_standard")
class Gain(layers.Portable):
    """Multiplies its input by a learned number γ, which starts at 0."""

    def build(self, shape: Any) -> None:
        """Create γ, a scalar."""
        self.gamma = self.add_weight((), "zeros", name="gamma")

    def call(self, x: Any) -> Any:
        """Return γ · x."""
        return self.gamma.value * x

    def plain(self, x: Any) -> Any:
        """Return the same with γ fixed."""
        return keras.layers.Rescaling(float(ops.convert_to_numpy(self.gamma)))(x)
