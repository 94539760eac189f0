"""Gradients and the training step on JAX, as if everything were stateful.

A `keras.StatelessScope` holds the state. `gradients` and `input_gradient` make pure functions of
code that reads and writes variables: they open a nested scope that starts from the values of the
outer one, and hand back what was written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import jax
import keras

from gankit.engine.jax import processes, several

_scopes: list[keras.StatelessScope] = []


class Trainer(keras.Model):
    """Gives `keras.Model.fit` the step of `play(batch)`."""

    train_function: Any
    stop_training: bool
    _jax_state: Any = None
    _epoch: several.Epoch | None = None
    _logs: Sequence[Mapping[str, Any]] = ()

    def train_step(self, state: Any, data: Any) -> Any:
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
        return logs, tuple([scope.state_mapping[id(v)] for v in group] for group in groups)

    def epoch_of(self, batches: Any, ahead: Callable[[], int] | None = None) -> Any:
        """Return what `fit` takes for an epoch: if it pays, several steps of it are one call.

        Args:
            batches: With `arrays`, `mirrors` and `rows`, as `gankit.data.batches.Batches` has them.
            ahead: Returns the number of steps until something looks at the game; without it only
                the end of the epoch counts.
        """
        self._epoch = None
        if self.run_eagerly or not several.pays(batches.arrays):
            return batches
        self._epoch = several.Epoch(batches, ahead)
        return self._epoch

    def played(self, logs: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Return the logs of each step of the last call, which returned those of its last step."""
        return self._logs or [logs]

    def make_train_function(self, force: bool = False) -> None:
        """Compile the step, for the devices of all processes where they share it."""
        if self.train_function is not None and not force:
            return
        if processes.sharing():
            self.train_function = processes.shared(self.train_step)
            return
        super().make_train_function(force)
        single: several.Train = self.train_function
        names = [metric.name for metric in self.metrics]
        play = several.Several(self.train_step, names, single)

        def train(state: Any, iterator: Iterator[Any]) -> Any:
            item = next(iterator)
            if self._epoch is None or isinstance(item[0], Mapping):  # a batch
                self._logs = ()
                return single(state, chain([item], iterator))
            self._logs, state = play(state, self._epoch)
            self.stop_training = self._epoch.done == len(self._epoch)
            return dict(self._logs[-1]), state

        self.train_function = train

    def jax_state_sync(self) -> None:
        """Write the values that `fit` holds to the variables, as this process has them."""
        if processes.sharing() and self._jax_state:
            self._jax_state = processes.own(self._jax_state)
        super().jax_state_sync()

    def settle(self) -> None:
        """Write the values that `fit` holds to the variables."""
        self.jax_state_sync()

    def aside(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a compiled function beside the step: what it assigns is forgotten."""

        def forgetful(values: list[Any], arguments: tuple[Any, ...]) -> Any:
            with _scope(dict(zip(map(id, variables), values))):
                return function(*arguments)

        def call(*arguments: Any) -> Any:
            self.settle()
            with processes.together(False):
                return compiled([variable.value for variable in variables], arguments)

        variables = [*self.trainable_variables, *self.non_trainable_variables]
        compiled = jax.jit(forgetful)
        return call


def gradients(
    losses: Callable[[], tuple[list[Any], Any]], targets: Sequence[Sequence[Any]]
) -> tuple[Any, list[list[Any]]]:
    """Return what else `losses()` found, and the gradients of each loss by its own targets."""
    variables = list({id(v): v for target in targets for v in target}.values())

    def function(parameters: Sequence[Any]) -> Any:
        (values, found), written = _pure(losses, dict(zip(map(id, variables), parameters)))
        return values, (found, written)

    parameters = [variable.value for variable in variables]
    values, tangents, (found, written) = jax.linearize(function, parameters, has_aux=True)
    _hand_over(written)

    def gradient(row: int) -> dict[int, Any]:
        # transposed by itself, so that it skips what its loss does not reach
        pull_back = jax.linear_transpose(lambda tangent: tangents(tangent)[row], parameters)
        return dict(zip(map(id, variables), pull_back(jax.numpy.ones_like(values[row]))[0]))

    rows = map(gradient, range(len(values)))
    return found, [[row[id(v)] for v in target] for row, target in zip(rows, targets)]


def input_gradient(function: Callable[[Any], Any], x: Any) -> Any:
    """Return the gradient of `sum(function(x))` by x, differentiable again; the shape of x."""

    def total(x: Any) -> Any:
        y, written = _pure(lambda: function(x))
        return y.sum(), written

    gradient, written = jax.grad(total, has_aux=True)(x)
    _hand_over(written)
    return gradient


def when(condition: Any, function: Callable[[], Any]) -> Any:
    """Return the scalar `function()` where the condition holds, else 0 without computing it."""

    def compute() -> Any:
        return _pure(function)

    state = _scopes[-1].state_mapping
    before = {key: state[key] for key in jax.eval_shape(compute)[1]}
    value, written = jax.lax.cond(condition, compute, lambda: (jax.numpy.zeros(()), before))
    _hand_over(written)
    return value


def apply(optimizer: Any, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
    """Update the variables by one step of a Keras optimizer."""
    state = [variable.value for variable in optimizer.variables]
    values = [variable.value for variable in variables]
    moved, state = optimizer.stateless_apply(state, gradients, values)
    for variable, value in zip([*variables, *optimizer.variables], [*moved, *state]):
        variable.assign(value)


def _pure(function: Callable[[], Any], parameters: Mapping[int, Any] | None = None) -> Any:
    """Return `function()`, with values of variables by id, and the values that it wrote, by id."""
    outer = _scopes[-1].state_mapping if _scopes else {}
    start = {**outer, **(parameters or {})}
    with _scope(start) as scope:
        result = function()
    return result, {k: v for k, v in scope.state_mapping.items() if start.get(k) is not v}


def _hand_over(written: Mapping[int, Any]) -> None:
    """Give the values that were written to the outer scope, if there is one."""
    if _scopes:
        _scopes[-1].state_mapping.update(written)


@contextmanager
def _scope(values: Mapping[int, Any]) -> Iterator[keras.StatelessScope]:
    scope = keras.StatelessScope()
    scope.state_mapping = dict(values)
    _scopes.append(scope)
    try:
        with scope:
            yield scope
    finally:
        _scopes.pop()
