"""JAX in several processes, one for each machine, by its coordinator.

Outside of the step every array is the process's own. The step is one program on the devices of all
processes: before it, the state becomes one array on all of them, and the batch is put together from
the rows that each process has.
"""

import atexit
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jax
import keras
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from gankit.engine.jax.exchange import end, others
from gankit.launchers import launched

PATIENCE = 30  # seconds until a process that does not answer counts as lost
_sharing = False


def meet() -> None:
    """Meet the processes that Keras' variables name; this comes before the first computation."""
    found = launched()
    if found and found.backend == "jax" and not jax.distributed.is_initialized():
        jax.distributed.initialize(
            os.environ["KERAS_DISTRIBUTION_JOB_ADDRESSES"].split(",")[0],
            found.count,
            found.rank,
            heartbeat_timeout_seconds=PATIENCE,
            shutdown_timeout_seconds=PATIENCE,
        )


def processes() -> int:
    """Return the number of processes that share each batch."""
    count: int = jax.process_count()
    return count


@contextmanager
def together(sharing: bool = True) -> Iterator[None]:
    """Share the batches of the steps within; with False, compute something alone between two."""
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
    divided = rows()
    whole = NamedSharding(divided.mesh, PartitionSpec())
    compiled = jax.jit(step, donate_argnums=0, out_shardings=whole)

    def put(sharding: NamedSharding, x: Any) -> Any:
        if isinstance(x, jax.Array) and not x.is_fully_addressable:
            return x
        return jax.make_array_from_process_local_data(sharding, np.asarray(x))

    def train(state: Any, iterator: Iterator[Any]) -> Any:
        batch = jax.tree.map(lambda x: put(divided, x), next(iterator))
        with others():
            logs, state = compiled(jax.tree.map(lambda x: put(whole, x), state), batch)
            return own(jax.block_until_ready(logs)), state

    return train


def own(state: Any) -> Any:
    """Return arrays that all devices have, as the first device of this process has them."""
    return keras.tree.map_structure(lambda x: x.addressable_data(0), state)


def places(count: int) -> list[dict[str, str]]:
    """Return the environment variables of processes to start: on JAX, one has all devices."""
    return [{}] * count


def join(environment: Mapping[str, str]) -> None:
    """Join the other processes: they have met already."""


def leave() -> None:
    """Leave them, without waiting for the others where the run has not ended."""
    if sys.exc_info()[0]:
        atexit.register(end)
    else:
        jax.distributed.shutdown()
