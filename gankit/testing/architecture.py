"""The contract of an architecture."""

import random
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from gankit import engine
from gankit.data.dataset import DataSpec
from gankit.game.compatibility import ANYTHING, end
from gankit.messages import cut
from gankit.testing.game import array, values
from gankit.testing.requirement import called, equal, require

BATCH = 8
SPEC = DataSpec({"images": (28, 28, 1), "labels": ()}, 10)

Networks = Mapping[str, keras.Model]


def check_architecture(
    architecture: Callable[..., Networks], spec: DataSpec = SPEC, **options: Any
) -> None:
    """Check the networks of an architecture: shapes, save and load, and that every weight learns.

    Args:
        architecture: The function.
        spec: The spec of the data; by default grey images of 28 × 28 in ten classes.
        options: The options to call it with; make it small.

    Raises:
        AssertionError: The architecture breaks its contract; the message says how to fix it.
    """
    who = called(architecture, options)

    def build(seed: int = 0) -> Networks:
        random.seed(seed)  # as a run does
        return architecture(spec, **options)

    made = build()
    _check_names(who, made)
    for name, network in made.items():
        which = f"the {name} of {who}"
        outputs = _check_call(which, network, spec)
        _check_saved(which, network, spec, outputs)
        _check_gradients(which, network, spec)
    _check_game(who, made, spec)
    _check_built_again(who, build)
    _check_mixed_precision(who, build)


def _check_names(who: str, made: Any) -> None:
    named = isinstance(made, Mapping) and all(isinstance(n, keras.Model) for n in made.values())
    require(
        named and made,
        f"{who} returned {type(made).__name__}",
        'return keras.Models by name: {"generator": …, "discriminator": …}',
    )
    for name, network in made.items():
        require(
            len(network.inputs) in (1, 2) and len(network.outputs) == 1,
            f"the {name} of {who} has {len(network.inputs)} inputs, {len(network.outputs)} outputs",
            "give it noise or images, labels if it takes them, and one output",
        )


def _check_call(which: str, network: keras.Model, spec: DataSpec) -> np.ndarray:
    """Check and return the output for random inputs."""
    outputs = _called(network, spec)
    require(
        len(outputs) == BATCH and np.isfinite(outputs).all(),
        f"{which} maps {BATCH} inputs to the shape {outputs.shape}, or to values that are not "
        "finite",
        "keep the first axis, the batch, and look for divisions by 0",
    )
    return outputs


def _check_saved(which: str, network: keras.Model, spec: DataSpec, outputs: np.ndarray) -> None:
    remedy = "write @keras.saving.register_keras_serializable() above your own layers, return all "
    remedy += "arguments of __init__ from get_config, and use no Lambda"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        try:
            network.save(path)
            loaded = keras.saving.load_model(path)
        except Exception as error:
            reason = cut(str(error).split("Exception encountered: ")[-1], 200)
            message = f"{which} cannot be saved and loaded: {reason}\n→ {remedy}"
            raise AssertionError(message) from error
    require(
        np.allclose(_called(loaded, spec), outputs, rtol=1e-4, atol=1e-5),
        f"{which} returns something else after it is saved and loaded",
        remedy,
    )


def _check_gradients(which: str, network: keras.Model, spec: DataSpec) -> None:
    """Check that each weight affects the output, even behind weights that start at 0."""
    weights = network.trainable_weights
    require(weights, f"{which} has no weights to train", "leave out the network, or train it")
    before, draw = values(weights), np.random.default_rng(2)
    for weight, value in zip(weights, before):
        weight.assign(value + 0.1 * draw.standard_normal(value.shape).astype("float32"))
    inputs = _inputs(network, spec)
    target = ops.convert_to_tensor(draw.standard_normal((BATCH, 1)).astype("float32"))

    def losses() -> tuple[list[Any], tuple[()]]:
        outputs = ops.reshape(network(inputs, training=True), (BATCH, -1))
        return [ops.mean(ops.square(ops.cast(outputs, "float32") - target))], ()

    gradients = engine.gradients(losses, [weights])[1][0]
    for weight, value in zip(weights, before):
        weight.assign(value)
    dead = [w.path for w, g in zip(weights, gradients) if not np.any(array(g))]
    require(
        not dead,
        f"no gradient reaches {', '.join(dead)} in {which}",
        "use the output of the layer, without stop_gradient, or set trainable=False",
    )


def _check_game(who: str, made: Networks, spec: DataSpec) -> None:
    """Check that a generator returns the shape of the data, and a discriminator logits."""
    shapes = {tuple(network.outputs[0].shape[1:]) for network in made.values()}
    if "generator" in made:
        found = tuple(made["generator"].outputs[0].shape[1:])
        require(
            found in spec.shapes.values(),
            f"the generator of {who} returns images of the shape {found}",
            f"return the shape of the data, (height, width, channels) = spec.shape = {spec.shape}",
        )
    if "discriminator" in made:
        discriminator = made["discriminator"]
        activation, bounds = end(discriminator)
        require(
            tuple(discriminator.outputs[0].shape[1:]) == (1,) and bounds == ANYTHING,
            f"the discriminator of {who} returns {discriminator.outputs[0].shape} with the "
            f"activation {activation or 'none'}",
            "end it with keras.layers.Dense(1), one logit for each image, without an activation",
        )
        require(
            tuple(discriminator.inputs[0].shape[1:]) in {*spec.shapes.values(), *shapes},
            f"the discriminator of {who} takes {discriminator.inputs[0].shape}",
            f"let it take images, keras.Input(spec.shape) = {spec.shape}",
        )


def _check_built_again(who: str, build: Callable[..., Networks]) -> None:
    one, same, other = build(0), build(0), build(1)
    for name in one:
        shared = {id(v) for v in one[name].variables} & {id(v) for v in same[name].variables}
        require(
            not shared,
            f"{who} returns the same {name} on a second call",
            "make new layers and models in each call",
        )
        weights = [values(networks[name].weights) for networks in (one, same, other)]
        require(
            equal(weights[0], weights[1]),
            f"the {name} of {who} starts from different weights with the same seed",
            "initialise weights by keras.initializers, without a generator of your own",
        )
        require(
            not equal(weights[0], weights[2]),
            f"the {name} of {who} starts from the same weights with any seed",
            "give initialisers no seed: a run sets it from its recipe",
        )


def _check_mixed_precision(who: str, build: Callable[..., Networks]) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        made = build()
    finally:
        keras.config.set_dtype_policy(before)
    for name, network in made.items():
        kind = keras.backend.standardize_dtype(network.outputs[0].dtype)
        require(
            kind == "float32",
            f"the {name} of {who} returns {kind} in mixed precision",
            'give the last layer dtype="float32"',
        )


def _inputs(network: keras.Model, spec: DataSpec) -> Any:
    """Return random noise or images, with labels if the network takes them."""
    draw = np.random.default_rng(1)
    shape = [size or BATCH for size in network.inputs[0].shape[1:]]
    x = ops.convert_to_tensor(draw.standard_normal((BATCH, *shape)).astype("float32"))
    labels = draw.integers(0, max(spec.classes, 1), BATCH).astype("int32")
    return [x, ops.convert_to_tensor(labels)] if len(network.inputs) > 1 else x


def _called(network: keras.Model, spec: DataSpec) -> np.ndarray:
    return array(ops.cast(network(_inputs(network, spec), training=False), "float32"))
