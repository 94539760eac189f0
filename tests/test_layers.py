"""The layers against Keras' own, and against float64 numpy up to the second derivative.

The second derivative is that of a penalty, as a gradient penalty takes it: with the energy
E(w, x) = ½ Σ c · layer(x)², the penalty is P(w, x) = ½ Σ (∂E/∂x)², differentiated by w and by x.
"""

import keras
import numpy as np
import pytest
from keras import ops

from gankit import layers
from gankit.engine import input_gradient

CONVOLUTIONS = [  # kernel, strides, padding, the size of the smaller image
    ((4, 4), (2, 2), "same", (6, 6)),
    ((4, 4), (1, 1), "valid", (5, 4)),
    ((3, 3), (2, 2), "valid", (3, 4)),
    ((3, 5), (2, 1), "same", (4, 5)),
]
HALVING = {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "same"}
random = np.random.default_rng(0)


@pytest.mark.parametrize(("kernel_size", "strides", "padding", "size"), CONVOLUTIONS)
def test_convolution_and_its_derivatives(kernel_size, strides, padding, size):
    layer = layers.Conv2D(2, kernel_size, strides, padding, use_bias=False)
    x, kernel = random.normal(size=(2, *size, 3)), random.normal(size=(*kernel_size, 3, 2)) / 3
    windows = Windows(kernel_size, strides, padding)

    def forward(kernel, x):
        return windows.convolve(x, kernel)

    def pull_back(kernel, x, dy):
        return windows.transpose(dy, kernel, x.shape[1:3])

    assert_equal_to_reference(layer, kernel, x, forward, pull_back)


@pytest.mark.parametrize(("kernel_size", "strides", "padding", "size"), CONVOLUTIONS)
def test_transposed_convolution_and_its_derivatives(kernel_size, strides, padding, size):
    layer = layers.Conv2DTranspose(2, kernel_size, strides, padding, use_bias=False)
    x, kernel = random.normal(size=(2, *size, 3)), random.normal(size=(*kernel_size, 2, 3)) / 3
    windows = Windows(kernel_size, strides, padding)

    def forward(kernel, x):
        return windows.transpose(x, kernel, layer.compute_output_shape(x.shape)[1:3])

    def pull_back(kernel, x, dy):
        return windows.convolve(dy, kernel)

    assert_equal_to_reference(layer, kernel, x, forward, pull_back)


@pytest.mark.parametrize("kind", ["Conv2D", "Conv2DTranspose"])
def test_convolutions_have_the_derivatives_that_keras_has(kind):
    x = random.normal(size=(2, 6, 6, 3))
    found = []
    for library in (layers, keras.layers):
        layer = getattr(library, kind)(3, 4, 2, "same", use_bias=False)
        start(layer, x, np.sin(range(144)).reshape(4, 4, 3, 3))
        found.append(derivatives(layer, tensor(x)))
    for ours, reference in zip(*found):
        assert_close(ours, reference, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("groups", "channels", "filters", "strides"),
    [(3, 6, 9, (1, 1)), (4, 80, 40, (2, 2)), (6, 6, 6, (1, 1))],  # in one bunch, in four, depthwise
)
def test_a_grouped_convolution_is_one_of_a_kernel_in_blocks(groups, channels, filters, strides):
    layer = layers.Conv2D(filters, 3, strides, "same", use_bias=False, groups=groups)
    x = random.normal(size=(2, 4, 5, channels))
    kernel = random.normal(size=(3, 3, channels // groups, filters)) / 3
    blocks = np.kron(np.eye(groups), np.ones((channels // groups, filters // groups)))
    windows = Windows((3, 3), strides, "same")

    def dense(kernel):
        return np.tile(kernel, (1, 1, groups, 1)) * blocks

    def forward(kernel, x):
        return windows.convolve(x, dense(kernel))

    def pull_back(kernel, x, dy):
        return windows.transpose(dy, dense(kernel), x.shape[1:3])

    assert_equal_to_reference(layer, kernel, x, forward, pull_back)


@pytest.mark.parametrize("size", [(), (3, 4)])
def test_batch_normalization_and_its_derivatives(size):
    # Keras' own is no reference: its second derivative is wrong on TensorFlow.
    x, gamma = 2 * random.normal(size=(6, *size, 3)) + 1, np.array([0.5, 1.0, 2.0])
    axes = tuple(range(x.ndim - 1))

    def deviation(x):
        return np.sqrt(x.var(axes) + 1e-3)

    def forward(gamma, x):
        return gamma * (x - x.mean(axes)) / deviation(x)

    def pull_back(gamma, x, dy):
        z, dz = forward(1, x), gamma * dy
        return (dz - dz.mean(axes) - z * (dz * z).mean(axes)) / deviation(x)

    assert_equal_to_reference(layers.BatchNormalization(), gamma, x, forward, pull_back)


def test_batch_normalization_without_gain_and_bias_is_that_with_1_and_0():
    x = tensor(2 * random.normal(size=(4, 3, 2, 3)) + 1)
    plain, whole = layers.BatchNormalization(center=False, scale=False), layers.BatchNormalization()

    def penalty(layer, x):
        output = stateless(layer, x.shape)
        weights = [v.value for v in layer.trainable_variables]
        slope = input_gradient(lambda x: output(weights, x) ** 3, x)
        return ops.sum(slope**2)

    assert_close(plain(x, training=True), whole(x, training=True))
    assert_close(plain(x), whole(x))
    found = input_gradient(lambda x: penalty(plain, x), x)
    expected = input_gradient(lambda x: penalty(whole, x), x)
    assert_close(found, expected, rtol=1e-4, atol=1e-4)
    assert not plain.trainable_variables


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 2, 3)])
def test_batch_normalization_keeps_the_statistics_that_keras_keeps(shape):
    layer, stock = (k.BatchNormalization(momentum=0.9) for k in (layers, keras.layers))
    for _ in range(3):
        x = tensor(2 * random.normal(size=shape) + 1)
        assert_close(layer(x, training=True), stock(x, training=True))
        assert_close(layer(x), stock(x))
    for ours, keras_own in zip(layer.weights, stock.weights):
        assert_close(ours, keras_own)


def test_dropout_drops_its_share_and_scales_the_rest():
    x = ops.ones((64, 32, 32))
    y = numpy(layers.Dropout(0.3, seed=1)(x, training=True))
    assert set(np.unique(y)) == {0, np.float32(1 / 0.7)}
    assert np.mean(y == 0) == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / y.size))
    assert_close(layers.Dropout(0.3)(x), x)
    assert_close(layers.Dropout(0.0)(x, training=True), x)


def test_dropout_draws_from_its_seed_generator_alone():
    x = ops.ones((64, 64))
    layer, again = layers.Dropout(0.5, seed=7), layers.Dropout(0.5, seed=7)
    first, second = (numpy(layer(x, training=True)) for _ in range(2))
    again.seed_generator.state.assign([7, 1])
    assert_close(again(x, training=True), second)
    assert np.mean(first == second) == pytest.approx(0.5, abs=5 * 0.5 / 64)
    # Seeds side by side are not one stream shifted by a draw.
    neighbour = layers.Dropout(0.5, seed=8)
    assert np.mean(numpy(neighbour(x, training=True)) == second) == pytest.approx(0.5, abs=0.04)


def test_dropout_has_a_second_derivative():
    x, layer = tensor(random.normal(size=(4, 5))), layers.Dropout(0.5, seed=3)
    output = stateless(layer, x.shape)
    kept = numpy(output([], ops.ones((4, 5))))

    def slope(x):
        return input_gradient(lambda x: output([], x) ** 3, x)

    assert_close(slope(x), 3 * numpy(x) ** 2 * kept**3)
    assert_close(input_gradient(slope, x), 6 * numpy(x) * kept**3)


@pytest.mark.parametrize(
    ("policy", "kind", "options"),
    [
        ("mixed_float16", layers.Conv2D, HALVING),
        ("mixed_bfloat16", layers.Conv2DTranspose, HALVING),
        ("mixed_float16", layers.BatchNormalization, {}),
        ("mixed_bfloat16", layers.BatchNormalization, {}),
    ],
)
def test_mixed_precision_is_near_single(policy, kind, options):
    x = tensor(random.normal(size=(4, 8, 8, 3)))
    single, mixed = kind(**options), kind(**options, dtype=policy)
    single.build(x.shape), mixed.build(x.shape)
    mixed.set_weights(single.get_weights())
    found = derivatives(mixed, x)
    assert keras.backend.standardize_dtype(found[0].dtype) == mixed.compute_dtype
    for ours, reference in zip(found, derivatives(single, x)):
        scale = np.abs(numpy(reference)).max()
        np.testing.assert_allclose(numpy(ours), numpy(reference), atol=0.05 * scale)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("Conv2D", {"filters": 4, "kernel_size": 3, "dilation_rate": 2}),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 2, "activation": "relu"}),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "bias_initializer": "ones"}),
        ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "output_padding": 1}),
        ("Conv2DTranspose", {"filters": 4, "kernel_size": 2, "strides": 3}),
        ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "bias_initializer": "ones"}),
        ("BatchNormalization", {"axis": 1}),
        ("BatchNormalization", {"scale": False, "center": False}),
        ("BatchNormalization", {"epsilon": 1e-7}),
    ],
)
def test_every_option_of_keras_works(kind, options):
    x = tensor(random.normal(size=(2, 8, 8, 4)))
    layer, stock = getattr(layers, kind)(**options), getattr(keras.layers, kind)(**options)
    layer.build(x.shape), stock.build(x.shape)
    stock.set_weights(layer.get_weights())
    training = {"training": True} if kind == "BatchNormalization" else {}
    assert_close(layer(x, **training), stock(x, **training))


def test_a_network_of_them_is_saved_and_loaded(tmp_path):
    network = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 4, strides=2, padding="same"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Conv2DTranspose(3, 4, strides=2, padding="same"),
        ]
    )
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    assert [type(layer) for layer in loaded.layers] == [type(layer) for layer in network.layers]
    x = tensor(random.normal(size=(2, 8, 8, 3)))
    assert_close(loaded(x), network(x))


# References


class Windows:
    """A convolution and its transpose, summed over its places; padded as TensorFlow does."""

    def __init__(self, kernel_size, strides, padding):
        self.kernel_size, self.strides, self.padding = kernel_size, strides, padding

    def convolve(self, x, kernel):
        """Return the convolution of x with a kernel (height, width, in, out)."""
        places, before, after = self._places(x.shape[1:3])
        x = np.pad(x, ((0, 0), *zip(before, after), (0, 0)))
        return sum(x[window] @ kernel[place] for place, window in places)

    def transpose(self, y, kernel, size):
        """Return the images of a size that the convolution pulls y back to."""
        places, before, after = self._places(size)
        padded = [b + n + a for n, b, a in zip(size, before, after)]
        x = np.zeros((len(y), *padded, kernel.shape[2]))
        for place, window in places:
            x[window] += y @ kernel[place].T
        return x[:, before[0] : before[0] + size[0], before[1] : before[1] + size[1]]

    def _places(self, size):
        """Return each place of the kernel with what it sees of padded images, and the padding."""
        if self.padding == "same":
            steps = [-(-n // s) for n, s in zip(size, self.strides)]
        else:
            steps = [(n - k) // s + 1 for n, k, s in zip(size, self.kernel_size, self.strides)]
        reach = [(m - 1) * s + 1 for m, s in zip(steps, self.strides)]
        missing = [max(r + k - 1 - n, 0) for r, k, n in zip(reach, self.kernel_size, size)]
        windows = []
        for place in np.ndindex(*self.kernel_size):
            seen = [slice(p, p + r, s) for p, r, s in zip(place, reach, self.strides)]
            windows.append((place, (slice(None), *seen)))
        return windows, [m // 2 for m in missing], [m - m // 2 for m in missing]


def derivatives(layer, x):
    """Return the layer's output, ∂E/∂x, ∂E/∂w, ∂P/∂w and ∂P/∂x, where w is its first weight."""
    output = stateless(layer, x.shape)
    w, *rest = (v.value for v in layer.trainable_variables)

    def energy(w, x):
        y = ops.cast(output([w, *rest], x), "float32")
        return ops.sum(ops.convert_to_tensor(weights_of(y.shape)) * ops.square(y)) / 2

    def penalty(w, x):
        slope = input_gradient(lambda x: energy(w, x), x)
        return ops.sum(ops.square(ops.cast(slope, "float32"))) / 2

    return (
        output([w, *rest], x),
        input_gradient(lambda x: energy(w, x), x),
        input_gradient(lambda w: energy(w, x), w),
        input_gradient(lambda w: penalty(w, x), w),
        input_gradient(lambda x: penalty(w, x), x),
    )


def assert_equal_to_reference(layer, w, x, forward, pull_back):
    """Compare with `forward(w, x)`, `pull_back(w, x, dy)` and differences along random lines."""

    def slope(w, x):
        y = forward(w, x)
        return pull_back(w, x, weights_of(y.shape) * y)

    def energy(w, x):
        y = forward(w, x)
        return np.sum(weights_of(y.shape) * y**2) / 2

    def penalty(w, x):
        return np.sum(slope(w, x) ** 2) / 2

    start(layer, x, w)
    y, by_x, by_w, penalty_by_w, penalty_by_x = map(numpy, derivatives(layer, tensor(x)))
    np.testing.assert_allclose(y, forward(w, x), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(by_x, slope(w, x), rtol=1e-4, atol=1e-4)
    dw, dx = random.normal(size=w.shape), random.normal(size=x.shape)
    for found, function, step_w, step_x in (
        (np.sum(by_w * dw), energy, dw, 0),
        (np.sum(penalty_by_w * dw), penalty, dw, 0),
        (np.sum(penalty_by_x * dx), penalty, 0, dx),
    ):
        step = 1e-5
        after = function(w + step * step_w, x + step * step_x)
        before = function(w - step * step_w, x - step * step_x)
        assert found == pytest.approx((after - before) / (2 * step), rel=1e-4)


def start(layer, x, weights):
    """Build the layer for x and set its first weights."""
    layer.build(x.shape)
    layer.trainable_variables[0].assign(weights)


def stateless(layer, shape):
    """Return the layer in training as a function of its trainable weights and x of a shape."""
    network = keras.Sequential([keras.Input(batch_shape=shape), layer])
    state = [v.value for v in network.non_trainable_variables]
    return lambda weights, x: network.stateless_call(weights, state, x, training=True)[0]


def weights_of(shape):
    """Return c of the energy: 0.5 to 1.5, no two alike."""
    return np.linspace(0.5, 1.5, int(np.prod(shape)), dtype="float32").reshape(shape)


def tensor(array):
    return ops.convert_to_tensor(array.astype("float32"))


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def assert_close(a, b, rtol=1e-5, atol=1e-5):
    np.testing.assert_allclose(numpy(a), numpy(b), rtol=rtol, atol=atol)
