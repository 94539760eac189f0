"""Statistics of the batch for the discriminator."""

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

import gankit
from gankit_standard.stabilizers.network_layers import exchanged, hidden


class MinibatchDiscrimination(gankit.Stabilizer):
    """Shows the discriminator how similar the images of a batch are.

    From the last hidden features f(xᵢ) it computes o(xᵢ)_b = Σⱼ exp(−‖Mᵢ_b − Mⱼ_b‖₁), Mᵢ = f(xᵢ) T,
    and passes them to the last layer beside the features. Their weights there start at 0.

    Args:
        kernels: B of the paper, the numbers computed for each image.
        dimensions: C of the paper, the dimensions of the distance in each of them.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.2.
    """

    def __init__(self, kernels: gankit.Count = 100, dimensions: gankit.Count = 5):
        self.kernels = kernels
        self.dimensions = dimensions

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Add the layer to the discriminator."""
        return _with_statistics(networks, lambda: Similarities(self.kernels, self.dimensions))


class MinibatchStd(gankit.Stabilizer):
    """Shows the discriminator how much the images of a batch vary.

    The standard deviation over the batch of each of the last hidden features, averaged over all
    features, goes into the last layer beside them. Its weight there starts at 0.

    Reference:
        Karras et al. 2018, Progressive Growing of GANs, arXiv:1710.10196, section 3.
    """

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Add the layer to the discriminator."""
        return _with_statistics(networks, lambda: Deviation(1))


class Statistics(keras.layers.Layer):
    """What `count` statistics of the batch add to the logits; the last layer is linear."""

    def __init__(self, count: int):
        super().__init__(dtype="float32")
        self.count = count

    def build(self, shape: Any) -> None:
        """Create the weights of the statistics in the last layer."""
        self.readout = self.add_weight((self.count, 1), "zeros", name="readout")

    def call(self, features: Any) -> Any:
        """Return the contribution (batch, 1) to the logits, from features (batch, …)."""
        rows = ops.reshape(features, (ops.shape(features)[0], -1))
        return ops.matmul(self.statistics(rows), self.readout.value)

    @abstractmethod
    def statistics(self, features: Any) -> Any:
        """Return the statistics (batch, count) of features (batch, size)."""


class Similarities(Statistics):
    """The statistics of `MinibatchDiscrimination`."""

    def __init__(self, kernels: int, dimensions: int):
        super().__init__(kernels)
        self.dimensions = dimensions

    def build(self, shape: Any) -> None:
        """Create the tensor T, (size, kernels · dimensions)."""
        super().build(shape)
        size = math.prod(shape[1:])
        self.tensor = self.add_weight((size, self.count * self.dimensions), name="tensor")

    def statistics(self, features: Any) -> Any:
        """Return the similarity of the batch to each image, (batch, kernels)."""
        m = ops.reshape(ops.matmul(features, self.tensor.value), (-1, self.count, self.dimensions))
        others = gankit.all_rows(m)
        distances = ops.sum(ops.abs(m[:, None] - others[None]), axis=3)  # (batch, batch, kernels)
        return ops.sum(ops.exp(-distances), axis=1)


class Deviation(Statistics):
    """The statistic of `MinibatchStd`."""

    def statistics(self, features: Any) -> Any:
        """Return the mean standard deviation for each image, (batch, 1)."""
        std = ops.sqrt(ops.var(gankit.all_rows(features), axis=0) + 1e-8)  # √ has no slope at 0
        return ops.ones_like(features[:, :1]) * ops.mean(std)


def _with_statistics(
    networks: gankit.Networks, make: Callable[[], Statistics]
) -> Mapping[str, keras.Model]:
    """Return the networks, each discriminator with statistics of the batch."""

    def change(network: keras.Model) -> keras.Model:
        whole, features = hidden(network)
        _, *patches = whole.output.shape
        beside = ops.reshape(make()(features), (-1, *[1] * len(patches)))
        # tiled, because TensorFlow mistakes a broadcast over patches for a bias
        beside = ops.tile(beside, (1, *(count or 1 for count in patches)))
        logits = keras.layers.Add(dtype="float32")([whole.output, beside])
        return keras.Model(whole.input, logits, name=network.name)

    return exchanged(networks, ("discriminator",), change)
