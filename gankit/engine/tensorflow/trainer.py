"""Gradients and the training step on TensorFlow."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from gankit.engine.collectives import means, place, together
from gankit.engine.per_process import processes


class Trainer(keras.Model):
    """Gives `keras.Model.fit` the step of `play(batch)`."""

    def train_step(self, data: Any) -> Any:
        """Play one step of the game and return its logs."""
        return self.play(data[0])

    def epoch_of(self, batches: Any, ahead: Callable[[], int] | None = None) -> Any:
        """Return what `fit` takes for an epoch: here the batches."""
        return batches

    def played(self, logs: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Return the logs of each step of the last call: here it is one step."""
        return [logs]

    def settle(self) -> None:
        """Write the values that `fit` holds to the variables: here they always are."""

    def aside(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a compiled function beside the step: what it assigns is forgotten."""

        def forgetful(*arguments: Any) -> Any:
            with keras.StatelessScope(), together(False):
                return function(*arguments)

        compiled: Callable[..., Any] = tf.function(forgetful, autograph=False)
        return compiled


def gradients(
    losses: Callable[[], tuple[list[Any], Any]], targets: Sequence[Sequence[Any]]
) -> tuple[Any, list[list[Any]]]:
    """Return what else `losses()` found, and the gradients of each loss by its own targets."""
    with tf.GradientTape(persistent=len(targets) > 1) as tape:
        values, found = losses()
    variables = [[variable.value for variable in target] for target in targets]
    zero = tf.UnconnectedGradients.ZERO
    gradients = [tape.gradient(v, t, None, zero) for v, t in zip(values, variables)]
    # The graph's optimizer can drop the edge that holds back a variable's update until a penalty
    # has read the variable: let each update wait for everything that has been computed.
    with tf.control_dependencies(tf.nest.flatten([values, found, gradients])):
        gradients = tf.nest.map_structure(tf.identity, gradients)
        return _averaged(found, gradients, variables) if place()[1] > 1 else (found, gradients)


def _averaged(found: Any, gradients: Any, variables: Any) -> tuple[Any, list[list[Any]]]:
    """Return the means over all processes; TensorFlow may have lost the shape of a gradient."""
    found = tf.nest.map_structure(lambda scalar: tf.ensure_shape(scalar, ()), found)
    shaped = [
        [tf.ensure_shape(g, v.shape) for g, v in zip(*pair)] for pair in zip(gradients, variables)
    ]
    averaged: tuple[Any, list[list[Any]]] = means((found, shaped))
    return averaged


def input_gradient(function: Callable[[Any], Any], x: Any) -> Any:
    """Return the gradient of `sum(function(x))` by x, differentiable again; the shape of x."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


def when(condition: Any, function: Callable[[], Any]) -> Any:
    """Return the scalar `function()` where the condition holds, else 0 without computing it."""
    return tf.cond(condition, function, lambda: tf.zeros(()))


def apply(optimizer: Any, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
    """Update the variables by one step of a Keras optimizer."""
    optimizer.apply(gradients, variables)


def jit_compile() -> bool:
    """Return whether XLA pays: on a GPU; on a CPU it makes the step slower.

    XLA cannot exchange anything between processes.
    """
    return bool(tf.config.list_physical_devices("GPU")) and processes() == 1
