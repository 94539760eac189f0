"""Gradients and the training step on TensorFlow."""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf


class Trainer:
    """Gives `keras.Model.fit` the step that `play(batch)` describes."""

    def train_step(self, data):
        """Play one step of the game and return its logs."""
        return self.play(data[0])

    def settle(self) -> None:
        """Bring the variables up to date in the middle of `fit`: here they always are."""

    def aside(self, function: Callable) -> Callable:
        """Return a compiled function beside the step: what it assigns is forgotten."""

        @tf.function(autograph=False)
        def compiled(*arguments):
            with keras.StatelessScope():
                return function(*arguments)

        return compiled


def gradients(losses: Callable, targets: Sequence[Sequence]):
    """Return the losses of one forward pass, what else it found, and each loss's own gradients.

    Args:
        losses: Returns (a list of scalars, a structure of tensors).
        targets: For each scalar, the variables to differentiate it by.
    """
    with tf.GradientTape(persistent=len(targets) > 1) as tape:
        values, found = losses()
    variables = [[variable.value for variable in target] for target in targets]
    zero = tf.UnconnectedGradients.ZERO
    gradients = [tape.gradient(v, t, None, zero) for v, t in zip(values, variables)]
    # The graph's optimizer can lose what holds a variable's update back until a penalty's own pass
    # has read the variable: let each update wait for everything that has been computed.
    with tf.control_dependencies(tf.nest.flatten([values, found, gradients])):
        return values, found, tf.nest.map_structure(tf.identity, gradients)


def input_gradient(function: Callable, x):
    """Return the gradient of `sum(function(x))` by x, differentiable again; the shape of x."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


def when(condition, function: Callable):
    """Return the scalar `function()` where the condition holds, and else 0 without computing it."""
    return tf.cond(condition, function, lambda: tf.zeros(()))


def apply(optimizer, gradients: Sequence, variables: Sequence) -> None:
    """Move the variables by one step of a Keras optimizer."""
    optimizer.apply(gradients, variables)
