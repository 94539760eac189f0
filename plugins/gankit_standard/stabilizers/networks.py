"""Changes to the networks themselves."""

import math
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import keras
from keras import ops

import gankit
from gankit_standard.stabilizers.graph import KERNELS, as_matrix, exchanged, hidden, rebuilt
from gankit_standard.stabilizers.inside import WITHOUT_NORM, judged_through


class SpectralNorm(gankit.Stabilizer):
    """Divides every kernel by its largest singular value: each layer has a slope of at most 1.

    Dense layers and convolutions of the network are wrapped; layers inside other layers stay as
    they are.

    Args:
        network: Whose kernels are divided, of all networks that the player trains.

    Reference:
        Miyato et al. 2018, Spectral Normalization for GANs, arXiv:1802.05957, algorithm 1.
    """

    def __init__(self, network: Literal["discriminator", "generator", "both"] = "discriminator"):
        self.players = ("discriminator", "generator") if network == "both" else (network,)
        self.bounds_slope = "discriminator" in self.players

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Wrap the layers that have a kernel."""
        return exchanged(networks, self.players, _normalised)

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield what makes a discriminator of such layers steep again."""
        norm = judged_through(gan, keras.layers.BatchNormalization)
        if "discriminator" in self.players and norm:
            yield gankit.Incompatibility(
                "batch normalisation in the discriminator divides by a deviation, which undoes the "
                "bound that spectral-norm sets to the slope",
                WITHOUT_NORM,
            )


class SpectralNormalization(gankit.layers.Portable, keras.layers.Wrapper):
    """Calls a layer with its kernel W divided by σ(W) = vᵀ W u, and leaves the kernel as it is.

    W is the kernel as a matrix with a column for each output. Only u is kept: each call in
    training takes one step of the power iteration v ← W u / ‖W u‖, u ← Wᵀ v / ‖Wᵀ v‖, through
    which no gradient goes.

    Args:
        layer: A built layer, whose first variable is its kernel.
    """

    def __init__(self, layer: keras.layers.Layer):
        super().__init__(layer, name=f"{layer.name}_normalised", dtype=layer.dtype_policy)
        columns = as_matrix(layer, layer.variables[0]).shape[-1]
        # cast on reading, PyTorch would assign to the copy
        self.u = self.add_weight(
            (columns,), "random_normal", "float32", trainable=False, autocast=False, name="u"
        )

    def call(self, inputs, training=False):
        """Return what the layer makes of the inputs."""
        layer = self.layer
        values = {id(v): v.value for v in layer.variables}
        values[id(layer.variables[0])] = self._divided(training)
        trained, rest = layer.trainable_variables, layer.non_trainable_variables
        groups = ([values[id(v)] for v in group] for group in (trained, rest))
        return layer.stateless_call(*groups, inputs)[0]

    def plain(self, inputs):
        """Return the same by the layer itself with its kernel divided once and for all."""
        layer = type(self.layer).from_config(self.layer.get_config())
        outputs = layer(inputs)
        layer.set_weights(self.layer.get_weights())
        layer.variables[0].assign(self._divided(training=False))
        return outputs

    def _divided(self, training: bool):
        """Return the kernel divided by its largest singular value, in float32."""
        kernel = ops.cast(self.layer.variables[0].value, "float32")
        largest = self._largest(as_matrix(self.layer, kernel), training)
        return kernel / ops.maximum(largest, 1e-12)

    def _largest(self, matrix, training: bool):
        """Return the largest singular value, as well as u knows it."""
        fixed, u = ops.stop_gradient(matrix), self.u.value
        v = _unit(ops.matmul(fixed, u))
        if training:
            u = _unit(ops.matmul(v, fixed))
            self.u.assign(u)
        return ops.sum(v * ops.matmul(matrix, _unit(u)))


class MinibatchDiscrimination(gankit.Stabilizer):
    """Lets the discriminator see how like each other the images of a batch are.

    From the last hidden features f(xᵢ) it makes o(xᵢ)_b = Σⱼ exp(−‖Mᵢ_b − Mⱼ_b‖₁), Mᵢ = f(xᵢ) T,
    which go into the last layer beside the features. Their weights there begin at 0.

    Args:
        kernels: B of the paper, how many numbers are made for each image.
        dimensions: C of the paper, what each of them is a distance in.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.2.
    """

    def __init__(self, kernels: gankit.Count = 100, dimensions: gankit.Count = 5):
        self.kernels = kernels
        self.dimensions = dimensions

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Add the layer to the discriminator."""
        return _with_beside(networks, lambda: Similarities(self.kernels, self.dimensions))


class MinibatchStd(gankit.Stabilizer):
    """Lets the discriminator see how much the images of a batch vary.

    The standard deviation over the batch of each of the last hidden features, averaged over all of
    them, goes into the last layer beside the features. Its weight there begins at 0.

    Reference:
        Karras et al. 2018, Progressive Growing of GANs, arXiv:1710.10196, section 3.
    """

    def rebuild(self, networks: gankit.Networks) -> Mapping[str, keras.Model]:
        """Add the layer to the discriminator."""
        return _with_beside(networks, lambda: Deviation(1))


class Beside(keras.layers.Layer):
    """What numbers of the whole batch add to a logit: the last layer is linear, so it is a sum.

    Args:
        count: How many numbers there are for each image.
    """

    def __init__(self, count: int):
        super().__init__(dtype="float32")
        self.count = count

    def build(self, shape):
        """Make the weights of the numbers in the last layer."""
        self.readout = self.add_weight((self.count, 1), "zeros", name="readout")

    def call(self, features):
        """Return the numbers of features (batch, …) as a part of the logits, (batch, 1)."""
        rows = ops.reshape(features, (ops.shape(features)[0], -1))
        return ops.matmul(self.numbers(rows), self.readout.value)

    @abstractmethod
    def numbers(self, features):
        """Return the numbers (batch, count) of features (batch, size)."""


class Similarities(Beside):
    """The numbers of `MinibatchDiscrimination`, of `kernels` and `dimensions`."""

    def __init__(self, kernels: int, dimensions: int):
        super().__init__(kernels)
        self.dimensions = dimensions

    def build(self, shape):
        """Make the tensor T, (size, kernels · dimensions)."""
        super().build(shape)
        size = math.prod(shape[1:])
        self.tensor = self.add_weight((size, self.count * self.dimensions), name="tensor")

    def numbers(self, features):
        """Return how near the images are to each image, (batch, kernels)."""
        m = ops.reshape(ops.matmul(features, self.tensor.value), (-1, self.count, self.dimensions))
        distances = ops.sum(ops.abs(m[:, None] - m[None]), axis=3)  # (batch, batch, kernels)
        return ops.sum(ops.exp(-distances), axis=1)


class Deviation(Beside):
    """The number of `MinibatchStd`."""

    def numbers(self, features):
        """Return the mean standard deviation for each image, (batch, 1)."""
        deviations = ops.sqrt(ops.var(features, axis=0) + 1e-8)  # √ has no slope at 0
        return ops.ones_like(features[:, :1]) * ops.mean(deviations)


def _normalised(network: keras.Model) -> keras.Model:
    """Return the network with its kernels divided."""
    wrapped = {x: SpectralNormalization(x) for x in network.layers if isinstance(x, KERNELS)}

    def call(layer, *inputs, **options):
        return wrapped.get(layer, layer)(*inputs, **options)

    if not wrapped:
        raise gankit.GankitError(
            f"spectral-norm finds no dense layer and no convolution in the {network.name}",
            "gankit list architectures",
        )
    return rebuilt(network, call)


def _with_beside(
    networks: gankit.Networks, layer: Callable[[], Beside]
) -> Mapping[str, keras.Model]:
    """Return the networks, each discriminator with a layer beside its last."""

    def change(network: keras.Model) -> keras.Model:
        whole, features = hidden(network)
        _, *patches = whole.output.shape
        beside = ops.reshape(layer()(features), (-1, *[1] * len(patches)))
        # of the full shape: what is broadcast over patches, TensorFlow takes for a bias
        beside = ops.tile(beside, (1, *(count or 1 for count in patches)))
        logits = keras.layers.Add(dtype="float32")([whole.output, beside])
        return keras.Model(whole.input, logits, name=network.name)

    return exchanged(networks, ("discriminator",), change)


def _unit(vector):
    return vector / ops.sqrt(ops.sum(ops.square(vector)) + 1e-12)
