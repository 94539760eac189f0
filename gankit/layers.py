"""Keras' layers on faster kernels: the same arguments, the same mathematics, the same weights.

Networks of these train faster than of Keras' own (benchmarks/step.py measures it) and can be
differentiated twice on every backend, as gradient penalties need. What the kernels do not cover,
such as dilation or channels first, Keras computes.
"""

from abc import abstractmethod
from typing import Any

import keras
from keras import ops

from gankit.engine import kernels

__all__ = ["BatchNormalization", "Conv2D", "Conv2DTranspose", "Dropout"]

_FLOATS = ("float16", "bfloat16", "float32")
_public = keras.saving.register_keras_serializable(package="gankit")


@_public
class Conv2D(keras.layers.Conv2D):
    """Keras' `Conv2D`; see there for its arguments."""

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Return the convolution of the inputs, without bias and activation."""
        if not _covers(self, inputs):
            return super().convolution_op(inputs, kernel)
        kernel = ops.convert_to_tensor(kernel)
        return kernels.convolution(inputs, kernel, self.strides, self.padding, self.groups)


@_public
class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """Keras' `Conv2DTranspose`; see there for its arguments."""

    def call(self, inputs: Any) -> Any:
        """Return the transposed convolution (batch, height, width, filters) of the inputs."""
        smaller = any(k < s for k, s in zip(self.kernel_size, self.strides))
        if smaller or self.output_padding is not None or not _covers(self, inputs):
            return super().call(inputs)
        kernel = ops.convert_to_tensor(self.kernel)
        shape = self.compute_output_shape(inputs.shape)[1:]
        outputs = kernels.transposed_convolution(inputs, kernel, self.strides, self.padding, shape)
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)


@_public
class BatchNormalization(keras.layers.BatchNormalization):
    """Keras' `BatchNormalization`; see there for its arguments."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the inputs, normalised over all axes but the last."""
        if not (training and self.trainable) or mask is not None or not self._covers(inputs):
            return super().call(inputs, training=training, mask=mask)
        gamma = self.gamma.value if self.scale else ops.ones_like(self.moving_variance.value)
        beta = self.beta.value if self.center else ops.zeros_like(self.moving_mean.value)
        outputs, mean, variance = kernels.batch_normalization(inputs, gamma, beta, self.epsilon)
        for moving, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving.value * self.momentum + value * (1 - self.momentum))
        return ops.cast(outputs, self.compute_dtype)

    def _covers(self, inputs: Any) -> bool:
        return (
            len(inputs.shape) in (2, 4)
            and self.axis in (-1, len(inputs.shape) - 1)
            and not self.renorm
            and not self.synchronized
            and self.epsilon > 1e-5  # cuDNN's least
            and keras.backend.standardize_dtype(inputs.dtype) in _FLOATS
        )


@_public
class Dropout(keras.layers.Dropout):
    """Keras' `Dropout`; see there for its arguments."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the inputs with a fraction `rate` set to 0 and the rest scaled up."""
        if not training or self.noise_shape is not None or not 0 < self.rate < 1:
            return super().call(inputs, training=training)
        return kernels.dropout(inputs, self.rate, self.seed_generator.next())


class Portable(keras.layers.Layer):
    """A layer of your own that `gankit export` can write as Keras' own layers.

    The exported network can be loaded without your plugin.
    """

    @abstractmethod
    def plain(self, inputs: Any) -> Any:
        """Return the output of the built layer in inference, for symbolic inputs.

        It may be made of `keras.ops` and of layers of Keras or `gankit.layers`, with the weights
        of this layer.
        """


def _covers(layer: Any, inputs: Any) -> bool:
    """Return whether the kernels can compute a convolution layer for these inputs."""
    return (
        layer.data_format == "channels_last"
        and set(layer.dilation_rate) == {1}
        and None not in inputs.shape[1:]
    )
