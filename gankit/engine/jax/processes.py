"""JAX in several processes, one for each machine, by its coordinator.

Outside of the step every array is the process's own. The step is one program on the devices of all
processes: before it, the state becomes one array on all of them, and the batch is put together from
the rows that each process has.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import keras
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding, PartitionSpec

ADDRESS = "KERAS_DISTRIBUTION_JOB_ADDRESSES"
PATIENCE = 30  # seconds until a process that does not answer counts as lost
LONGEST = 2**20  # bytes of a message
_sharing = False

if ADDRESS in os.environ:  # before the first computation
    jax.distributed.initialize(
        os.environ[ADDRESS].split(",")[0],
        int(os.environ["KERAS_DISTRIBUTION_NUM_PROCESSES"]),
        int(os.environ["KERAS_DISTRIBUTION_PROCESS_ID"]),
        heartbeat_timeout_seconds=PATIENCE,
        shutdown_timeout_seconds=PATIENCE,
    )


def processes() -> int:
    """Return the number of processes that share each batch."""
    count: int = jax.process_count()
    return count


@contextmanager
def together(sharing: bool = True) -> Iterator[None]:
    """Share the batches of the steps within."""
    global _sharing
    before, _sharing = _sharing, sharing and processes() > 1
    try:
        yield
    finally:
        _sharing = before


def sharing() -> bool:
    """Return whether the step is shared with other processes."""
    return _sharing


def rows() -> NamedSharding:
    """Return how a batch is divided among the devices of all processes."""
    return NamedSharding(Mesh(np.array(jax.devices()), ("batch",)), PartitionSpec("batch"))


def shared(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return the training function of a step that all processes play together."""
    whole = NamedSharding(rows().mesh, PartitionSpec())
    compiled = jax.jit(step, donate_argnums=0, out_shardings=whole)

    def put(sharding: NamedSharding, x: Any) -> Any:
        if isinstance(x, jax.Array) and not x.is_fully_addressable:
            return x
        return jax.make_array_from_process_local_data(sharding, np.asarray(x))

    def train(state: Any, iterator: Iterator[Any]) -> Any:
        batch = jax.tree.map(lambda x: put(rows(), x), next(iterator))
        logs, state = compiled(jax.tree.map(lambda x: put(whole, x), state), batch)
        return own(logs), state

    return train


def own(state: Any) -> Any:
    """Return arrays that all devices have, as the first device of this process has them."""
    return jax.tree.map(lambda x: x.addressable_data(0), state)


def join(rank: int, count: int) -> None:
    """Join the other processes: they have met already."""


def leave() -> None:
    """Leave them: JAX does, at the end of the process."""


def tell(message: Any = None) -> Any:
    """Return the message of the first process."""
    text = json.dumps(message).encode()
    padded = np.zeros(LONGEST, "uint8")
    padded[: len(text)] = np.frombuffer(text, "uint8")
    told = multihost_utils.broadcast_one_to_all(padded)
    return json.loads(bytes(np.asarray(told)).rstrip(b"\0"))


def agree(variables: Sequence[Any]) -> None:
    """Give all processes the values of the first."""
    if processes() == 1:
        return
    values = multihost_utils.broadcast_one_to_all([np.asarray(v.value) for v in variables])
    for variable, value in zip(variables, values):
        variable.assign(np.asarray(value))


def differing(variables: Sequence[Any]) -> list[str]:
    """Return the paths of variables that are not the same in all processes."""
    if processes() == 1:
        return []
    sums = np.array([float(keras.ops.sum(keras.ops.cast(v.value, "float32"))) for v in variables])
    everywhere = np.asarray(multihost_utils.process_allgather(sums))
    same = (everywhere == everywhere[0]).all(0)
    return [variable.path for variable, equal in zip(variables, same) if not equal]
