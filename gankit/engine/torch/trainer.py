"""Gradients and the training step on PyTorch."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import keras
import torch

from gankit.engine.collectives import means, place, together
from gankit.engine.torch.captured import Step


class Trainer(keras.Model):
    """Gives `keras.Model.fit` the step of `play(batch)`."""

    _step: Step | None = None

    def train_step(self, data: Any) -> Any:
        """Play one step of the game and return its logs."""
        with torch.no_grad():
            as_it_stands = self.run_eagerly or place()[1] > 1  # no exchange is captured
            return self.play(data[0]) if as_it_stands else self._captured()(data[0])

    def _captured(self) -> Step:
        """Return the captured step, a new one after each `compile`."""
        if self._step is None or self._step.owner is not self.optimizer:
            state = self.variables, self.optimizer.variables, self.metrics_variables
            self._step = Step(self.play, list(chain(*state)), self.optimizer)
        return self._step

    def epoch_of(self, batches: Any, ahead: Callable[[], int] | None = None) -> Any:
        """Return what `fit` takes for an epoch: here the batches."""
        return batches

    def played(self, logs: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Return the logs of each step of the last call: here it is one step."""
        return [logs]

    def reset_metrics(self) -> None:
        """Set the means of the game to 0, at once."""
        torch._foreach_zero_([variable.value for variable in self.metrics_variables])

    def settle(self) -> None:
        """Write the values that `fit` holds to the variables: here they always are."""

    def aside(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function beside the step: what it assigns is forgotten."""

        def forgetful(*arguments: Any) -> Any:
            with torch.no_grad(), keras.StatelessScope(), together(False):
                return function(*arguments)

        return forgetful


def gradients(
    losses: Callable[[], tuple[list[Any], Any]], targets: Sequence[Sequence[Any]]
) -> tuple[Any, list[list[Any]]]:
    """Return what else `losses()` found, and the gradients of each loss by its own targets."""
    with torch.enable_grad():
        values, found = losses()
    last = len(values) - 1  # before it, the graph that the losses share is kept
    gradients = [
        _gradient(value, target, keep=index < last)
        for index, (value, target) in enumerate(zip(values, targets))
    ]
    found = keras.tree.map_structure(lambda tensor: tensor.detach(), found)
    averaged: tuple[Any, list[list[Any]]] = means((found, gradients))
    return averaged


def _gradient(value: Any, target: Sequence[Any], keep: bool) -> list[Any]:
    variables = [variable.value for variable in target]
    if not variables:
        return []
    options = {"retain_graph": keep, "allow_unused": True, "materialize_grads": True}
    return list(torch.autograd.grad(value, variables, **options))


def input_gradient(function: Callable[[Any], Any], x: Any) -> Any:
    """Return the gradient of `sum(function(x))` by x, differentiable again; the shape of x."""
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(function(x).sum(), x, create_graph=True)
    return gradient


def apply(optimizer: Any, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
    """Update the variables by one step of a Keras optimizer."""
    optimizer.apply(gradients, variables)
