"""Gradients and the training step on PyTorch."""

from collections.abc import Callable, Sequence

import keras
import torch


class Trainer:
    """Gives `keras.Model.fit` the step that `play(batch)` describes."""

    def train_step(self, data):
        """Play one step of the game and return its logs."""
        with torch.no_grad():
            return self.play(data[0])

    def settle(self) -> None:
        """Bring the variables up to date in the middle of `fit`: here they always are."""

    def aside(self, function: Callable) -> Callable:
        """Return a function beside the step: what it assigns is forgotten."""

        def forgetful(*arguments):
            with torch.no_grad(), keras.StatelessScope():
                return function(*arguments)

        return forgetful


def gradients(losses: Callable, targets: Sequence[Sequence]):
    """Return the losses of one forward pass, what else it found, and each loss's own gradients.

    Args:
        losses: Returns (a list of scalars, a structure of tensors).
        targets: For each scalar, the variables to differentiate it by.
    """
    with torch.enable_grad():
        values, found = losses()
    found = keras.tree.map_structure(lambda tensor: tensor.detach(), found)
    last = len(values) - 1  # until then the graph, which the losses share, is kept
    gradients = [
        _gradient(value, target, keep=index < last)
        for index, (value, target) in enumerate(zip(values, targets))
    ]
    return [value.detach() for value in values], found, gradients


def _gradient(value, target: Sequence, keep: bool) -> list:
    variables = [variable.value for variable in target]
    if not variables:
        return []
    options = {"retain_graph": keep, "allow_unused": True, "materialize_grads": True}
    return list(torch.autograd.grad(value, variables, **options))


def input_gradient(function: Callable, x):
    """Return the gradient of `sum(function(x))` by x, differentiable again; the shape of x."""
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(function(x).sum(), x, create_graph=True)
    return gradient


def when(condition, function: Callable):
    """Return the scalar `function()` where the condition holds, and else 0 without computing it."""
    return function() if condition else torch.zeros((), device=condition.device)


def apply(optimizer, gradients: Sequence, variables: Sequence) -> None:
    """Move the variables by one step of a Keras optimizer."""
    optimizer.apply(gradients, variables)
