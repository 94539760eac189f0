"""What processes of TensorFlow exchange: all by one operation, the sum over all processes.

The operation computes on the CPU, between the servers of the processes. Each has a key that is the
same in all processes, which therefore have to exchange the same in the same order.
"""

from itertools import count
from typing import Any

import tensorflow as tf

LOST: tuple[type[Exception], ...] = (tf.errors.UnavailableError,)  # where a process has ended

_SUMMED = (tf.bfloat16, tf.float16, tf.float32, tf.float64, tf.int32, tf.int64)
_place = (0, 1)
_keys = count(1)
_order: Any = None  # a resource of all exchanges, by which TensorFlow keeps them in order


def begin(rank: int, processes: int) -> None:
    """Take a place among so many processes, which exchange nothing before."""
    global _place, _keys, _order
    _place, _keys = (rank, processes), count(1)
    with tf.device("CPU:0"):
        _order = tf.Variable(0, trainable=False)


def place() -> tuple[int, int]:
    """Return the rank of this process, and the number of processes."""
    return _place


def summed(x: Any) -> Any:
    """Return the sum over all processes of a tensor."""
    with tf.device("CPU:0"):
        return tf.raw_ops.CollectiveReduceV2(
            input=x,
            group_size=_place[1],
            group_key=1,
            instance_key=next(_keys),
            ordering_token=[_order.handle],
            merge_op="Add",
            final_op="Id",
        )


@tf.custom_gradient  # type: ignore[untyped-decorator]
def mean(x: Any) -> Any:
    """Return the mean over all processes of a tensor, differentiable."""
    return summed(x) / tf.cast(_place[1], x.dtype), mean


@tf.custom_gradient  # type: ignore[untyped-decorator]
def gathered(x: Any) -> Any:
    """Return the rows of all processes, differentiable."""
    (rank, count), size = _place, tf.shape(x)[0]
    around = [[rank * size, (count - 1 - rank) * size], *[[0, 0]] * (len(x.shape) - 1)]
    rows = x.shape[0] and x.shape[0] * count
    return tf.ensure_shape(summed(tf.pad(x, around)), (rows, *x.shape[1:])), _own_sum


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _own_sum(x: Any) -> Any:
    """Return the own rows of the sum: what is differentiated by `gathered` again."""
    rank, count = _place
    size = tf.shape(x)[0] // count
    return summed(x)[rank * size : (rank + 1) * size], gathered


def first(x: Any) -> Any:
    """Return the tensor of the first process."""
    wide = x if x.dtype in _SUMMED else tf.cast(x, tf.int64)
    return tf.cast(summed(wide if _place[0] == 0 else tf.zeros_like(wide)), x.dtype)
