"""The first layer of a generator, as a matrix."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gankit.api.generator import Generator
from gankit.errors import GankitError


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
    for ask in _layers(generator):
        zero, *rows = ask(np.concatenate([0 * units[:1], units, mixed]))
        answers = np.asarray(rows) - zero
        weights, found = answers[:latent], answers[latent:]
        if np.abs(answers).max() == 0:
            continue  # a layer of labels
        if not np.allclose(found, mixed @ weights, atol=1e-3 * np.abs(found).max()):
            break
        return np.asarray(weights)
    raise GankitError(
        f"the generator of {generator.run.path} has no principal directions: its first layer is "
        "not linear in the noise",
        f"gankit explore traverse {generator.run.path} --along dimensions",
    )


def _layers(generator: Generator) -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Yield a function from noise to the output of each layer with weights, in order."""
    import keras
    from keras import ops

    outputs = []

    def call(layer: keras.Operation, *inputs: Any, **options: Any) -> Any:
        output = layer(*inputs, **options)
        if isinstance(layer, keras.layers.Layer) and layer.weights:
            outputs.append(output)
        return output

    network = generator.network
    copy = keras.models.clone_model(
        keras.Model(network.input, network.output),
        clone_function=lambda layer: layer,
        call_function=call,
    )
    for output in outputs:
        part = keras.Model(copy.inputs, output)

        def ask(noise: np.ndarray, part: keras.Model = part) -> np.ndarray:
            labels = [np.zeros(len(noise), "int32")] * (len(copy.inputs) - 1)
            answer = part([noise, *labels], training=False)
            found: np.ndarray = ops.convert_to_numpy(ops.cast(answer, "float32"))
            return found.reshape(len(noise), -1)

        yield ask
