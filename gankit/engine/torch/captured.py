"""The training step as one flat graph, without the Python of Keras.

A trace of the step on fake tensors notes every operation of PyTorch. Its inputs are the tensors of
all variables, and it writes to them in place, so a replay gives the same bits as the step itself.
What cannot be traced is played as it stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

import keras
import torch
from keras.src.backend.torch import random as keras_random  # its seeding has no public name
from keras.src.random.seed_generator import draw_seed
from torch._subclasses.fake_tensor import unset_fake_temporarily
from torch.fx import Node
from torch.fx.experimental.proxy_tensor import (
    disable_proxy_modes_tracing,
    get_proxy_mode,
    make_fx,
)

from gankit.engine.torch import flat_graph, kernels
from gankit.messages import in_one_line
from gankit.terminal import show_warning

Play = Callable[[Mapping[str, Any]], dict[str, Any]]
Flat = Callable[..., Any]

# a trace takes as long as so many small steps, or seconds of large ones: short runs do without
EAGER_STEPS = 40
EAGER_SECONDS = 3.0

_tracing: list[Capture] = []


class Step:
    """The step of one game: played at first, then captured for each shape of a batch.

    Args:
        play: The step.
        variables: All that it reads and writes.
        owner: The optimizer whose variables are among them.
    """

    def __init__(self, play: Play, variables: Sequence[Any], owner: Any):
        self.play = play
        self.owner = owner
        self.variables = list({id(v): v for v in variables}.values())
        self.captures: dict[Any, list[Capture]] = {}
        self.failure: Exception | None = None
        self.steps = 0
        self.seconds = 0.0

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        """Return the logs of a step."""
        self.steps += 1
        if self.failure is not None:
            return self.play(batch)
        if self.steps <= EAGER_STEPS and self.seconds <= EAGER_SECONDS:
            return self._timed(batch)
        values = [variable._value for variable in self.variables]
        arrays = {name: keras.ops.convert_to_tensor(x) for name, x in batch.items()}
        given = [*values, *arrays.values()]
        captured = self._captured(arrays, given)
        return captured(given) if captured else self.play(batch)

    def _timed(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        begun = time.process_time()
        logs = self.play(batch)
        self.seconds += time.process_time() - begun
        return logs

    def _captured(self, arrays: Mapping[str, Any], given: list[Any]) -> Capture | None:
        """Return the graph for these tensors, None if there can be none."""
        trained = tuple(tensor.requires_grad for tensor in given)
        key = trained, tuple((name, x.shape, x.dtype) for name, x in arrays.items())
        known = self.captures.setdefault(key, [])
        for capture in known:
            if capture.fits(given):
                return capture
        try:
            known.append(Capture(self.play, list(arrays), self.variables, given))
        except Exception as error:  # of the trace, or of the game: then playing raises it
            self.failure = error
            show_warning(f"the training step is not captured, and slower: {in_one_line(error)}")
            return None
        return known[-1]


class Capture:
    """A graph of the step, and the outcomes of `when` for which it is the step."""

    def __init__(
        self, play: Play, names: Sequence[str], variables: Sequence[Any], given: Sequence[Any]
    ):
        self.given: Sequence[Any] = given
        self.conditions: list[tuple[Flat, bool]] = []
        self.names: list[str] = []

        def step(*tensors: Any) -> list[Any]:
            with _standing_in(variables, tensors):
                logs = play(dict(zip(names, tensors[len(variables) :])))
            self.names = list(logs)
            return list(logs.values())

        _tracing.append(self)
        try:
            with mock.patch.object(keras_random, "torch_seed_generator", _seeded):
                made = make_fx(step, tracing_mode="fake", _allow_non_fake_inputs=False)(*given)
        finally:
            _tracing.pop()
            self.given = ()
        self.draws = flat_graph.draws(made.graph)
        self.graph: Flat = flat_graph.optimised(made, _DIRECT)

    def fits(self, given: Sequence[Any]) -> bool:
        """Return whether all conditions come out as they did in the trace."""
        return all(bool(condition(*given)) is met for condition, met in self.conditions)

    def __call__(self, given: Sequence[Any]) -> dict[str, Any]:
        """Play the step."""
        with flat_graph.below_autograd(), _own_draws(given[0].device, self.draws):
            return dict(zip(self.names, self.graph(*given)))

    def met(self, condition: Any) -> bool:
        """Return whether a condition of the trace holds now, and note that the graph needs it."""
        tracer = get_proxy_mode().tracer
        node: Node = tracer.unwrap_proxy(condition).node
        part = flat_graph.computing(node, tracer.root)
        with disable_proxy_modes_tracing(), unset_fake_temporarily():
            met = bool(part(*self.given))
        self.conditions.append((part, met))
        return met


def when(condition: Any, function: Callable[[], Any]) -> Any:
    """Return the scalar `function()` where the condition holds, else 0 without computing it."""
    met = _tracing[-1].met(condition) if _tracing else condition
    return function() if met else torch.zeros((), device=condition.device)


@contextmanager
def _standing_in(variables: Sequence[Any], tensors: Sequence[Any]) -> Iterator[None]:
    """Let the variables hold other tensors in the block."""
    held = [variable._value for variable in variables]
    for variable, tensor in zip(variables, tensors):
        variable._value = tensor
    try:
        yield
    finally:
        for variable, value in zip(variables, held):
            variable._value = value


def _generator(device: torch.device) -> torch.Generator:
    """Return PyTorch's own generator of a device."""
    if device.type == "cpu":
        return torch.default_generator
    return torch.cuda.default_generators[device.index or 0]


@contextmanager
def _own_draws(device: torch.device, draws: bool) -> Iterator[None]:
    """Give PyTorch's own generator its state back after the block, if something draws."""
    if not draws:
        yield
        return
    generator = _generator(device)
    state = generator.get_state()
    try:
        yield
    finally:
        generator.set_state(state)


def _reseed(seed: torch.Tensor) -> None:
    """Seed PyTorch's generator of the device, as Keras seeds a new one for each draw."""
    first, second = seed.tolist()
    _generator(seed.device).manual_seed((first + second) & 0xFFFFFFFF)


reseed = torch.library.custom_op("gankit::reseed", _reseed, mutates_args=())


@reseed.register_fake  # type: ignore[untyped-decorator]
def _(seed: torch.Tensor) -> None:
    return None


def _seeded(seed: Any) -> None:
    """Draw from PyTorch's own generator, which the graph seeds before each draw."""
    torch.ops.gankit.reseed(draw_seed(seed))


_DIRECT: dict[Any, Flat] = {
    torch.ops.gankit.reseed.default: _reseed,
    torch.ops.gankit.bits.default: kernels.random_bits,
}
