"""Networks in Keras' own layers: what they compute, and that they load without gankit."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from networks import called, normal, randomise

import gankit
from gankit.exporting.plain_layers import description, foreign_layers, plain
from gankit_standard.dcgan import dcgan
from gankit_standard.mlp import mlp
from gankit_standard.r3gan import r3gan
from gankit_standard.resnet import resnet
from gankit_standard.stabilizers.minibatch import MinibatchStd
from gankit_standard.stabilizers.spectral_norm import SpectralNorm
from gankit_standard.stabilizers.virtual_batch_norm import VirtualBatchNorm

pytestmark = pytest.mark.long

SPEC = gankit.DataSpec({"images": (28, 28, 1), "labels": ()}, 3)
ARCHITECTURES = {
    "dcgan": (dcgan, {"latent": 5, "width": 2}),
    "resnet": (resnet, {"latent": 5, "generator_widths": (4,), "discriminator_widths": (4,)}),
    "r3gan": (r3gan, {"latent": 5, "widths": (4, 6), "blocks": 1, "group": 2}),
    "mlp": (mlp, {"latent": 5, "generator_widths": (6,), "discriminator_widths": (6,)}),
}
# Loads each file where importing gankit is an error, and writes what it makes of the inputs.
STRANGER = """
import sys
class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0].startswith("gankit"):
            raise ImportError("there is no " + name)
sys.meta_path.insert(0, Nowhere())
import keras, numpy as np
try:
    import gankit
except ImportError:
    pass
else:
    raise SystemExit("it has gankit")
for file in sys.argv[1:]:
    given = np.load(file + ".npz")
    inputs = [given[name] for name in given.files]
    network = keras.saving.load_model(file)
    output = network(inputs if len(inputs) > 1 else inputs[0])
    np.save(file + ".npy", keras.ops.convert_to_numpy(output))
"""


def given(network):
    """Return inputs of a network: noise or images, and labels."""
    rows = normal(4, *network.inputs[0].shape[1:])
    return [rows, *[np.arange(4, dtype="int32") % 3] * (len(network.inputs) - 1)]


def trained(networks, *stabilizers):
    """Return networks with random weights, changed by stabilizers."""
    for stabilizer in stabilizers:
        networks = stabilizer.rebuild(gankit.Networks(networks))
    for network in networks.values():
        randomise(network)
    return networks


def every_network():
    for name, (make, options) in ARCHITECTURES.items():
        joined, projected = (make(SPEC, conditional=c, **options) for c in (True, "projection"))
        changed = trained(projected, SpectralNorm("both"))
        yield f"{name}-joined", trained(joined)["generator"]
        yield from ((f"{name}-{network.name}", network) for network in changed.values())


@pytest.mark.anywhere
def test_networks_of_all_architectures_are_the_same_where_there_is_no_gankit(python, tmp_path):
    files, expected = [], {}
    for name, network in every_network():
        path = tmp_path / f"{name}.keras"
        plain(network).save(path)
        np.savez(f"{path}.npz", *given(network))
        expected[path] = called(network, *given(network))
        files.append(path)
    assert len(files) == 4 * 3
    python("-c", STRANGER, *files, backend=keras.backend.backend())
    for path in files:
        found = np.load(f"{path}.npy")
        scale = np.abs(expected[path]).max()
        np.testing.assert_allclose(found, expected[path], atol=1e-5 * scale, err_msg=path.name)


def test_a_plain_network_has_weights_of_its_own():
    network = trained(dcgan(SPEC, latent=5, width=2))["generator"]
    before = called(network, *given(network))
    for weight in plain(network).weights:
        weight.assign(np.zeros(weight.shape))
    assert (called(network, *given(network)) == before).all()


def test_spectral_norm_is_in_the_kernels_then():
    network = trained(mlp(SPEC, **ARCHITECTURES["mlp"][1]), SpectralNorm())["discriminator"]
    for layer in (layer for layer in network.layers if "normalised" in layer.name):
        kernel = keras.ops.convert_to_numpy(layer.layer.kernel)
        layer.u.assign(np.linalg.svd(kernel.astype("float64"))[2][0])  # what it converges to
    dense = [layer for layer in plain(network).layers if type(layer) is layers.Dense]
    assert len(dense) == 2
    for layer in dense:
        values = np.linalg.svd(keras.ops.convert_to_numpy(layer.kernel))[1]
        np.testing.assert_allclose(values[0], 1, rtol=1e-5)


def test_layers_of_ours_inside_a_wrapper_and_a_network_become_those_of_keras():
    frames = keras.Input((2, 8, 8, 1))
    x = layers.TimeDistributed(gankit.layers.Conv2D(3, 3))(frames)
    inner = keras.Input((2, 6, 6, 3))
    x = keras.Model(inner, gankit.layers.Dropout(0.5)(inner))(x)
    network = keras.Model(frames, x)
    randomise(network)
    found = plain(network)
    assert "gankit" not in json.dumps(description(found))
    np.testing.assert_allclose(*(called(n, normal(3, 2, 8, 8, 1)) for n in (network, found)))


class Halved(keras.layers.Layer):
    def call(self, x):
        return x / 2


class Doubled(gankit.layers.Portable):
    def build(self, shape):
        self.factor = self.add_weight((shape[-1],), keras.initializers.Constant(2.0))

    def call(self, x):
        return x * self.factor.value

    def plain(self, x):
        return layers.Rescaling(float(self.factor.value[0]))(x)


def wave(x):
    return keras.ops.sin(x)


def scaled(shape, dtype=None):
    return 0.1 * keras.ops.ones(shape, dtype)


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Halved(name="halved"), ["halved (Halved)"]),
        (layers.Dense(2, activation=wave, name="waves"), ["waves (Dense)"]),
        (layers.Lambda(lambda x: x + 1, output_shape=(3,), name="more"), ["more (Lambda)"]),
        (layers.Dense(2, kernel_initializer=scaled), []),
        (Doubled(), []),
    ],
)
def test_what_keras_alone_cannot_load_is_named(layer, expected):
    noise = keras.Input((3,))
    network = keras.Model(noise, layer(noise))
    found = plain(network)
    assert foreign_layers(found) == expected
    assert (description(found) is None) == bool(expected)
    np.testing.assert_allclose(called(found, normal(4, 3)), called(network, normal(4, 3)))


def test_layers_of_stabilizers_without_an_equal_in_keras_are_left():
    networks = trained(dcgan(SPEC, latent=5, width=2), MinibatchStd(), VirtualBatchNorm(4))
    assert {s.split()[1] for s in foreign_layers(plain(networks["generator"]))} == {
        "(Fixed)",
        "(VirtualBatchNormalization)",
    }
    (stranger,) = foreign_layers(plain(networks["discriminator"]))
    assert stranger.endswith("(Deviation)")


@pytest.mark.anywhere
def test_the_program_of_the_fresh_process_imports_nothing_of_gankit():
    from gankit.exporting import load_without_gankit

    source = Path(load_without_gankit.__file__).read_text(encoding="utf-8")
    assert "import gankit" not in source and "from gankit" not in source
