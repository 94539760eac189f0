"""Gradients and the training step on JAX, as if everything were stateful.

A `keras.StatelessScope` stands for the state. `gradients` and `input_gradient` make a pure function
of what reads and writes variables: they open a nested scope that starts from the values of the
outer one, and hand what was written back to it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import jax
import keras
from jax.interpreters.ad import Zero

_scopes: list[keras.StatelessScope] = []


class Trainer:
    """Gives `keras.Model.fit` the step that `play(batch)` describes."""

    def train_step(self, state, data):
        """Play one step of the game from a state; return its logs and the state after it."""
        groups = (
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        )
        values = {id(v): x for group, xs in zip(groups, state) for v, x in zip(group, xs)}
        with _scope(values) as scope:
            logs = self.play(data[0])
        after = tuple([scope.state_mapping[id(v)] for v in group] for group in groups)
        return logs, after

    def settle(self) -> None:
        """Bring the variables up to date in the middle of `fit`, which carries their values."""
        self.jax_state_sync()

    def aside(self, function: Callable) -> Callable:
        """Return a compiled function beside the step: what it assigns is forgotten."""

        @jax.jit
        def compiled(values, arguments):
            with _scope(dict(zip(map(id, variables), values))):
                return function(*arguments)

        variables = [*self.trainable_variables, *self.non_trainable_variables]
        return lambda *arguments: compiled(self._values(), arguments)

    def _values(self) -> list:
        """Return the values of the networks' and the game's variables; `fit` may carry them."""
        carried = getattr(self, "_jax_state", None)
        if carried and not self._jax_state_synced:
            return [*carried["trainable_variables"], *carried["non_trainable_variables"]]
        return [v.value for v in (*self.trainable_variables, *self.non_trainable_variables)]


def gradients(losses: Callable, targets: Sequence[Sequence]):
    """Return the losses of one forward pass, what else it found, and each loss's own gradients.

    Args:
        losses: Returns (a list of scalars, a structure of tensors).
        targets: For each scalar, the variables to differentiate it by.
    """
    variables = list({id(v): v for target in targets for v in target}.values())

    def function(parameters):
        (values, found), written = _pure(losses, variables, parameters)
        return values, (found, written)

    parameters = [variable.value for variable in variables]
    values, pull_back, (found, written) = jax.vjp(function, parameters, has_aux=True)
    _hand_over(written)
    # Symbolic zeros let each pull-back skip what its loss does not reach.
    unit = [
        [_one(v) if i == row else Zero(jax.typeof(v)) for i, v in enumerate(values)]
        for row in range(len(values))
    ]
    by_variable = [dict(zip(map(id, variables), pull_back(row)[0])) for row in unit]
    chosen = [[g[id(v)] for v in target] for g, target in zip(by_variable, targets)]
    return values, found, chosen


def input_gradient(function: Callable, x):
    """Return the gradient of `sum(function(x))` by x, differentiable again; the shape of x."""

    def total(x):
        y, written = _pure(function, [], [], x)
        return y.sum(), written

    gradient, written = jax.grad(total, has_aux=True)(x)
    _hand_over(written)
    return gradient


def when(condition, function: Callable):
    """Return the scalar `function()` where the condition holds, and else 0 without computing it."""

    def compute():
        return _pure(function, [], [])

    state = _scopes[-1].state_mapping
    before = {key: state[key] for key in jax.eval_shape(compute)[1]}
    value, written = jax.lax.cond(condition, compute, lambda: (jax.numpy.zeros(()), before))
    state.update(written)
    return value


def apply(optimizer, gradients: Sequence, variables: Sequence) -> None:
    """Move the variables by one step of a Keras optimizer."""
    state = [variable.value for variable in optimizer.variables]
    values = [variable.value for variable in variables]
    moved, state = optimizer.stateless_apply(state, gradients, values)
    for variable, value in zip([*variables, *optimizer.variables], [*moved, *state]):
        variable.assign(value)


def _pure(function: Callable, variables: Sequence, parameters: Sequence, *arguments):
    """Return `function(*arguments)` at the parameters, and the values of what it wrote, by id."""
    outer = dict(_scopes[-1].state_mapping) if _scopes else {}
    start = {**outer, **dict(zip(map(id, variables), parameters))}
    with _scope(start) as scope:
        result = function(*arguments)
    written = {k: v for k, v in scope.state_mapping.items() if start.get(k) is not v}
    return result, written


def _hand_over(written: dict) -> None:
    """Give the values of what was written to the scope around, if there is one."""
    if _scopes:
        _scopes[-1].state_mapping.update(written)


@contextmanager
def _scope(values: dict) -> Iterator[keras.StatelessScope]:
    scope = keras.StatelessScope()
    scope.state_mapping = dict(values)
    _scopes.append(scope)
    try:
        with scope:
            yield scope
    finally:
        _scopes.pop()


def _one(value):
    return jax.numpy.ones_like(value)
