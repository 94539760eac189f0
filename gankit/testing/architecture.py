"""What an architecture keeps to."""

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from gankit import engine
from gankit.data.dataset import DataSpec
from gankit.game.compatibility import ANYTHING, end
from gankit.messages import cut
from gankit.testing.game import values
from gankit.testing.requirement import called, equal, require

BATCH = 8
SPEC = DataSpec({"images": (28, 28, 1), "labels": ()}, 10)

Networks = Mapping[str, keras.Model]


def check_architecture(
    architecture: Callable[..., Networks], spec: DataSpec = SPEC, **options: Any
) -> None:
    """Check the networks of an architecture: shapes, save and load, and that all of it learns.

    Args:
        architecture: The function.
        spec: Of the data; by default grey images of 28 × 28 in ten classes.
        options: What to call it with; make it small.

    Raises:
        AssertionError: It does not keep to what an architecture is; says what to do.
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
    _check_mixed_precision(who, build, spec)


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
            "give it noise or images and, where it takes them, labels; and one output",
        )


def _check_call(which: str, network: keras.Model, spec: DataSpec) -> np.ndarray:
    """Return what the network makes of random inputs."""
    outputs = _called(network, spec)
    require(
        len(outputs) == BATCH and np.isfinite(outputs).all(),
        f"{which} makes of {BATCH} inputs the shape {outputs.shape}, or what is not finite",
        "keep the first axis, which is that of the batch, and look for divisions by 0",
    )
    return outputs


def _check_saved(which: str, network: keras.Model, spec: DataSpec, outputs: np.ndarray) -> None:
    remedy = "put @keras.saving.register_keras_serializable() above layers of your own, with all "
    remedy += "that their __init__ takes in get_config; use no Lambda"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        try:
            network.save(path)
            loaded = keras.saving.load_model(path)
        except Exception as error:
            said = cut(str(error).split("Exception encountered: ")[-1], 200)
            raise AssertionError(
                f"{which} cannot be saved and loaded: {said}\n→ {remedy}"
            ) from error
    require(
        np.allclose(_called(loaded, spec), outputs, rtol=1e-4, atol=1e-5),
        f"{which} makes something else once it is saved and loaded",
        remedy,
    )


def _check_gradients(which: str, network: keras.Model, spec: DataSpec) -> None:
    """Check that each weight has a part in the output, also behind one that starts at 0."""
    weights = network.trainable_weights
    require(weights, f"{which} has no weights to train", "leave the network out, or train it")
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
    dead = [w.path for w, g in zip(weights, gradients) if not np.any(_array(g))]
    require(
        not dead,
        f"no gradient reaches {', '.join(dead)} in {which}",
        "use what the layer returns, without stop_gradient, or make the layer trainable=False",
    )


def _check_game(who: str, made: Networks, spec: DataSpec) -> None:
    """Check that a generator makes what is in the data, and a discriminator returns logits."""
    shapes = {tuple(network.outputs[0].shape[1:]) for network in made.values()}
    if "generator" in made:
        found = tuple(made["generator"].outputs[0].shape[1:])
        require(
            found in spec.shapes.values(),
            f"the generator of {who} makes images of the shape {found}",
            f"make what is in the data, (height, width, channels) = spec.shape = {spec.shape}",
        )
    if "discriminator" in made:
        discriminator = made["discriminator"]
        activation, bounds = end(discriminator)
        require(
            tuple(discriminator.outputs[0].shape[1:]) == (1,) and bounds == ANYTHING,
            f"the discriminator of {who} returns {discriminator.outputs[0].shape} of "
            f"{activation or 'any number'}",
            "end it with keras.layers.Dense(1), a logit an image, without an activation",
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
            f"{who} returns the same {name} when it is called again",
            "make new layers and models in each call",
        )
        weights = [values(networks[name].weights) for networks in (one, same, other)]
        require(
            equal(weights[0], weights[1]),
            f"the {name} of {who} starts from other weights although Keras' seed is the same",
            "initialise weights by keras.initializers, without a generator of your own",
        )
        require(
            not equal(weights[0], weights[2]),
            f"the {name} of {who} starts from the same weights whatever the seed",
            "give initialisers no seed: a run takes it from its recipe",
        )


def _check_mixed_precision(who: str, build: Callable[..., Networks], spec: DataSpec) -> None:
    with _precision("mixed_bfloat16"):
        made = build()
    for name, network in made.items():
        kind = keras.backend.standardize_dtype(network.outputs[0].dtype)
        require(
            kind == "float32",
            f"the {name} of {who} returns {kind} in mixed precision",
            'give the last layer dtype="float32"',
        )


def _inputs(network: keras.Model, spec: DataSpec) -> Any:
    """Return random inputs as a game gives them: noise or images, and the labels."""
    draw = np.random.default_rng(1)
    shape = [size or BATCH for size in network.inputs[0].shape[1:]]
    x = ops.convert_to_tensor(draw.standard_normal((BATCH, *shape)).astype("float32"))
    labels = draw.integers(0, max(spec.classes, 1), BATCH).astype("int32")
    return [x, ops.convert_to_tensor(labels)] if len(network.inputs) > 1 else x


def _called(network: keras.Model, spec: DataSpec) -> np.ndarray:
    return _array(network(_inputs(network, spec), training=False))


def _array(tensor: Any) -> np.ndarray:
    tensor = ops.cast(ops.stop_gradient(tensor), "float32")
    return np.asarray(ops.convert_to_numpy(tensor))


@contextmanager
def _precision(policy: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
