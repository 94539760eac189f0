"""The first layer of a generator, as a matrix."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from gankit.api.generator import Generator
from gankit.errors import GankitError
from gankit.messages import typed

if TYPE_CHECKING:
    import keras


def first_layer(generator: Generator) -> np.ndarray:
    """Return the matrix W (latent, outputs) of the first layer with weights that noise reaches.

    Row i is the layer's output for the unit vector i, minus that for 0, so any linear layer will
    do, however it is joined with labels.

    Raises:
        GankitError: The layer is not linear.
    """
    latent = generator.network.inputs[0].shape[1]
    units = np.eye(latent, dtype="float32")
    mixed = np.random.default_rng(0).standard_normal((4, latent), dtype="float32")
    rows = np.concatenate([0 * units[:1], units, mixed])
    for zero, *outputs in _layer_outputs(generator.network, rows):
        answers = np.asarray(outputs) - zero
        weights, found = answers[:latent], answers[latent:]
        if np.abs(answers).max() == 0:
            continue  # a layer of labels
        if not np.allclose(found, mixed @ weights, atol=1e-3 * np.abs(found).max()):
            break
        return np.asarray(weights)
    raise GankitError(
        f"the generator of {generator.run.path} has no principal directions: its first layer is "
        "not linear in the noise",
        f"gankit explore traverse {typed(generator.run.path)} --along dimensions",
    )


def _layer_outputs(network: "keras.Model", noise: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the outputs (count, size) of each layer with weights, in order."""
    import keras
    from keras import ops

    outputs = []

    def call(layer: keras.Operation, *inputs: Any, **options: Any) -> Any:
        output = layer(*inputs, **options)
        if isinstance(layer, keras.layers.Layer) and layer.weights:
            outputs.append(output)
        return output

    copy = keras.models.clone_model(
        keras.Model(network.input, network.output),
        clone_function=lambda layer: layer,
        call_function=call,
    )
    labels = [np.zeros((len(noise), *x.shape[1:]), x.dtype) for x in copy.inputs[1:]]
    for output in outputs:
        answer = keras.Model(copy.inputs, output)([noise, *labels], training=False)
        yield ops.convert_to_numpy(ops.cast(answer, "float32")).reshape(len(noise), -1)
