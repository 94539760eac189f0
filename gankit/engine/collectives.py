"""What the processes of a training compute together, differentiable as often as needed.

Every process plays the same step on its own rows of the batch. A gradient is that of the sum over
all processes; `mean` of it is the gradient of the mean loss.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise
from typing import Any
from zlib import crc32

import keras
import numpy as np
from keras import ops

from gankit.errors import GankitError

match keras.backend.backend():
    case "tensorflow":
        from gankit.engine.tensorflow import exchange
    case "torch":
        from gankit.engine.torch import exchange  # type: ignore[no-redef]
    case "jax":
        from gankit.engine.jax import exchange  # type: ignore[no-redef]
    case other:
        raise GankitError(
            f"the Keras backend must be tensorflow, jax or torch. Received: {other!r}",
            "set KERAS_BACKEND, or add --backend tensorflow",
        )

_sharing = False


@contextmanager
def together(sharing: bool = True) -> Iterator[None]:
    """Share the batches of the steps within; with False, compute something alone between two."""
    global _sharing
    before, _sharing = _sharing, sharing and exchange.place()[1] > 1
    try:
        with others():
            yield
    finally:
        _sharing = before


@contextmanager
def others() -> Iterator[None]:
    """Raise a ConnectionError where another process has ended."""
    try:
        yield
    except exchange.LOST as error:
        raise ConnectionError("another process of this training has ended") from error


def place() -> tuple[int, int]:
    """Return the rank of this process and the number of those that share the step."""
    return exchange.place() if _sharing else (0, 1)


def mean(x: Any) -> Any:
    """Return the mean over all processes of a tensor."""
    return exchange.mean(x) if _sharing else x


def all_rows(x: Any) -> Any:
    """Return the rows of x on all devices; gradients pass through it.

    A statistic of the whole batch is one of these. On JAX, x has them already.

    Args:
        x: A row for each example that this device has, (rows, …).

    Returns:
        A row for each example of the batch, (batch, …), in their order.
    """
    return exchange.gathered(x) if _sharing else x


def own_rows(x: Any) -> Any:
    """Return the rows of this device, what `all_rows` returned or was computed from it.

    Args:
        x: A row for each example of the batch, (batch, …).

    Returns:
        A row for each example that this device has, (rows, …).
    """
    rank, count = place()
    if count == 1:
        return x
    size = ops.shape(x)[0] // count
    return x[rank * size : (rank + 1) * size]


def means(structure: Any) -> Any:
    """Return the means over all processes of the tensors of a structure, by one exchange."""
    if not _sharing:
        return structure
    tensors = keras.tree.flatten(structure)
    flat = [ops.reshape(ops.cast(tensor, "float32"), (-1,)) for tensor in tensors]
    ends = [0, *accumulate(each.shape[0] for each in flat)]
    whole = mean(ops.concatenate(flat))
    parts = [whole[begin:end] for begin, end in pairwise(ends)]
    averaged = [ops.cast(ops.reshape(part, t.shape), t.dtype) for part, t in zip(parts, tensors)]
    return keras.tree.pack_sequence_as(structure, averaged)


def normalized(x: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """Return x (batch, …, channels) normalised by the statistics of the batch of all processes.

    Returns:
        x, its mean and its variance (channels,).
    """
    axes, wide = tuple(range(len(x.shape) - 1)), ops.cast(x, "float32")
    centre = mean(ops.mean(wide, axes))
    variance = mean(ops.mean(ops.square(wide - centre), axes))
    y = (wide - centre) * (gamma * ops.rsqrt(variance + epsilon)) + beta
    return ops.cast(y, x.dtype), ops.stop_gradient(centre), ops.stop_gradient(variance)


def tell(message: Any = None) -> Any:
    """Return the message of the first process, which JSON can write."""
    if exchange.place()[1] == 1:
        return message
    words = np.frombuffer(json.dumps(message).encode(), "uint8").astype("int32")
    with others():
        size = int(exchange.first(ops.convert_to_tensor(len(words), "int32")))
        sent = words if exchange.place()[0] == 0 else np.zeros(size, "int32")
        told = ops.convert_to_numpy(exchange.first(ops.convert_to_tensor(sent)))
    return json.loads(told.astype("uint8").tobytes())


def agree(variables: Sequence[Any]) -> None:
    """Give all processes the values of the first."""
    if exchange.place()[1] > 1:
        with others():
            for variable in variables:
                variable.assign(exchange.first(variable.value))


def differing(variables: Sequence[Any]) -> list[str]:
    """Return the paths of variables that are not the same in all processes."""
    count = exchange.place()[1]
    if count == 1:
        return []
    own = np.array([_digest(variable.value) for variable in variables], "uint32").view("int32")
    with others():
        same = own == ops.convert_to_numpy(exchange.first(ops.convert_to_tensor(own)))
        alike = exchange.summed(ops.convert_to_tensor(same.astype("int32")))
    equal = ops.convert_to_numpy(alike) == count
    return [variable.path for variable, found in zip(variables, equal) if not found]


def _digest(x: Any) -> int:
    return crc32(ops.convert_to_numpy(x).tobytes())
