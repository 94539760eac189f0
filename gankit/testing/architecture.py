"""The contract of an architecture."""

import random
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from gankit import engine
from gankit.data.dataset import DataSpec
from gankit.game.compatibility import ANYTHING, end
from gankit.game.loss import AdversarialLoss, Loss
from gankit.game.networks import conditions
from gankit.messages import cut
from gankit.testing.game import array, game, play, values
from gankit.testing.requirement import called, equal, name_of, require

BATCH = 8
SPEC = DataSpec({"images": (28, 28, 1), "labels": ()}, 10)

Networks = Mapping[str, keras.Model]


def check_architecture(
    architecture: Callable[..., Networks],
    spec: DataSpec = SPEC,
    *,
    loss: Loss | None = None,
    without_gradient: Collection[str] = (),
    **options: Any,
) -> None:
    """Check the networks of an architecture: shapes, save and load, and that every weight learns.

    Args:
        architecture: The function.
        spec: The spec of the data; by default grey images of 28 × 28 in ten classes.
        loss: The loss that the networks are made for. With an adversarial loss, the default, the
            `generator` must return the shape of the data, and the `discriminator` must take it and
            return logits. With any other loss, networks may have any shapes, and the check plays a
            batch.
        without_gradient: Parts of the paths of weights that have no gradient at first, such as
            those of a branch that is faded in later.
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
        _check_gradients(which, network, spec, without_gradient)
    if loss is None or isinstance(loss, AdversarialLoss):
        _check_game(who, made, spec)
    else:
        _check_batch(who, made, loss, spec)
    _check_built_again(who, build)
    _check_mixed_precision(who, build)


def _check_names(who: str, made: Any) -> None:
    named = isinstance(made, Mapping) and all(isinstance(n, keras.Model) for n in made.values())
    require(
        named and made,
        f"{who} returned {type(made).__name__}",
        'return a dict of keras.Model: {"generator": …, "discriminator": …}',
    )
    for name, network in made.items():
        nameless = [each for each in conditions(network) if each.startswith("keras_tensor")]
        require(
            not nameless,
            f"the {name} of {who} has an input without a name after the first one",
            'name it as the array of the data that it takes: keras.Input((), name="labels")',
        )


def _check_call(which: str, network: keras.Model, spec: DataSpec) -> list[np.ndarray]:
    """Check and return the outputs for random inputs."""
    outputs = _called(network, spec)
    for output in outputs:
        require(
            len(output) == BATCH and np.isfinite(output).all(),
            f"{which} maps {BATCH} inputs to the shape {output.shape}, or to values that are not "
            "finite",
            "keep the first axis, the batch, and look for divisions by 0",
        )
    return outputs


def _check_saved(
    which: str, network: keras.Model, spec: DataSpec, outputs: list[np.ndarray]
) -> None:
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
    pairs = zip(_called(loaded, spec), outputs, strict=True)
    require(
        all(np.allclose(now, before, rtol=1e-4, atol=1e-5) for now, before in pairs),
        f"{which} returns something else after it is saved and loaded",
        remedy,
    )


def _check_gradients(
    which: str, network: keras.Model, spec: DataSpec, without: Collection[str]
) -> None:
    """Check that each weight affects the outputs, even behind weights that start at 0."""
    weights = network.trainable_weights
    if not weights:
        return
    before, draw = values(weights), np.random.default_rng(2)
    for weight, value in zip(weights, before):
        weight.assign(value + 0.1 * draw.standard_normal(value.shape).astype("float32"))
    inputs = _inputs(network, spec)
    target = ops.convert_to_tensor(draw.standard_normal((BATCH, 1)).astype("float32"))

    def losses() -> tuple[list[Any], tuple[()]]:
        outputs = keras.tree.flatten(network(inputs, training=True))
        rows = [ops.cast(ops.reshape(output, (BATCH, -1)), "float32") for output in outputs]
        return [sum(ops.mean(ops.square(row - target)) for row in rows)], ()

    gradients = engine.gradients(losses, [weights])[1][0]
    for weight, value in zip(weights, before):
        weight.assign(value)
    dead = [w.path for w, g in zip(weights, gradients) if not np.any(array(g))]
    dead = [path for path in dead if not any(part in path for part in without)]
    require(
        not dead,
        f"no gradient reaches {', '.join(dead)} in {which}",
        "use the output of the layer, without stop_gradient, or set trainable=False; if it learns "
        f'later, without_gradient=["{dead[0].split("/")[0] if dead else ""}"]',
    )


def _check_game(who: str, made: Networks, spec: DataSpec) -> None:
    """Check that a generator returns the shape of the data, and a discriminator logits."""
    for name in ("generator", "discriminator"):
        count = len(made[name].outputs) if name in made else 1
        require(
            count == 1,
            f"the {name} of {who} has {count} outputs",
            "give it one, with networks of their own for the others; or name the loss that it is "
            "for: loss=…",
        )
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


def _check_batch(who: str, made: Networks, loss: Loss, spec: DataSpec) -> None:
    """Check that a loss can play a batch of random data."""
    draw = np.random.default_rng(3)
    batch: dict[str, np.ndarray] = {
        name: draw.uniform(-1, 1, (BATCH, *shape)).astype("float32")
        for name, shape in spec.shapes.items()
    }
    if "labels" in batch:
        batch["labels"] = draw.integers(0, max(spec.classes, 1), BATCH).astype("int32")
    logs = play(game(loss, learning_rate=1e-4, made=made), batch)
    wrong = [f"{name} = {value}" for name, value in logs.items() if not np.isfinite(value)]
    require(
        not wrong,
        f"{name_of(loss)} plays a batch with the networks of {who}, but {', '.join(wrong)}",
        "check the loss with gankit.testing.check_loss",
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
            not weights[0] or not equal(weights[0], weights[2]),
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
        kinds = {keras.backend.standardize_dtype(output.dtype) for output in network.outputs}
        require(
            kinds == {"float32"},
            f"the {name} of {who} returns {', '.join(sorted(kinds))} in mixed precision",
            'give the last layer dtype="float32"',
        )


def _inputs(network: keras.Model, spec: DataSpec) -> Any:
    """Return random values for all inputs of a network, classes for integers."""
    draw = np.random.default_rng(1)
    found = []
    for each in network.inputs:
        shape = (BATCH, *(size or BATCH for size in each.shape[1:]))
        numbers: np.ndarray = draw.standard_normal(shape)
        if "int" in each.dtype:
            numbers = draw.integers(0, max(spec.classes, 1), shape)
        found.append(ops.convert_to_tensor(numbers.astype(each.dtype)))
    return keras.tree.pack_sequence_as(network.input, found) if len(found) > 1 else found[0]


def _called(network: keras.Model, spec: DataSpec) -> list[np.ndarray]:
    outputs = keras.tree.flatten(network(_inputs(network, spec), training=False))
    return [array(ops.cast(output, "float32")) for output in outputs]
