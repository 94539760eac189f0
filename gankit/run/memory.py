"""The memory of a step: an estimate, and an error if there is too little."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from gankit import engine
from gankit.errors import GankitError
from gankit.game.gan import GAN
from gankit.game.networks import discriminators, operations
from gankit.messages import in_one_line, tally


def memory(gan: GAN, images: int) -> dict[str, int]:
    """Return the bytes of a game's weights, gradients, optimizers and activations.

    Memory of the backend itself, such as buffers of convolutions, is not included.

    Args:
        gan: The game.
        images: The images in a turn.
    """
    networks = list(gan.networks.values())
    return {
        "weights": _bytes(v for network in networks for v in network.variables),
        "gradients": _bytes(v for network in networks for v in network.trainable_variables),
        "optimizers": _bytes(gan.optimizer.variables),
        "activations": images * sum(_activations(gan, name) for name in gan.networks),
    }


@contextmanager
def enough_memory(batch_size: int) -> Iterator[None]:
    """Turn the out-of-memory exception of a backend into a `GankitError`."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, MemoryError) and not engine.out_of_memory(error):
            raise
        raise GankitError(
            f"{tally(engine.devices())} ran out of memory with batches of {batch_size}: "
            f"{in_one_line(error)}",
            f"--set training.batch_size={max(batch_size // 2, 1)} makes them smaller; gankit check "
            "estimates the memory of a recipe",
        ) from error


@contextmanager
def enough_memory_for(what: str, section: str) -> Iterator[None]:
    """Turn an exception about memory, or about sizes beyond all memory, into a `GankitError`.

    Args:
        what: What is made in the block.
        section: The section of the recipe that says how large it is.
    """
    try:
        yield
    except Exception as error:
        if not (_beyond_all_memory(error) or engine.out_of_memory(error)):
            raise
        raise GankitError(
            f"there is not enough memory for {what}: {in_one_line(error)}",
            f"lower the sizes in the recipe's {section}",
        ) from error


def built_within_memory(make: Callable[[], Any]) -> Any:
    """Return the networks of `make()`, whose weights get values only if the memory can hold them.

    Raises:
        MemoryError: It cannot.
    """
    with keras.StatelessScope(initialize_variables=False) as scope:
        networks = make()
    variables = [v for network in networks.values() for v in network.variables]
    weights = _bytes(variables)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if weights > memory:
        keras.utils.clear_session()  # forgets these variables
        raise MemoryError(f"weights of {weights / 1e9:,.0f} GB, a memory of {memory / 1e9:,.0f} GB")
    with keras.StatelessScope():
        pass  # its end gives the variables their first values
    for variable in variables:
        if (assigned := scope.get_current_value(variable)) is not None:  # by `make`
            variable.assign(assigned)
    return networks


def _beyond_all_memory(error: Exception) -> bool:
    """Return whether Python or NumPy refuses a size before it allocates anything."""
    said = ("array is too big", "Maximum allowed dimension exceeded")
    refused = isinstance(error, ValueError) and str(error).startswith(said)
    return refused or isinstance(error, MemoryError | OverflowError)


def _bytes(variables: Iterable[keras.Variable]) -> int:
    return sum(math.prod(v.shape) * _size(v.dtype) for v in variables)


def _size(dtype: str) -> int:
    return {"float64": 8, "int64": 8, "float16": 2, "bfloat16": 2, "uint8": 1}.get(dtype, 4)


def _activations(gan: GAN, name: str) -> int:
    """Return the bytes of activations that a network keeps for its gradients, per example."""
    outputs = [
        tensor
        for operation in operations(gan.networks[name])
        for tensor in keras.tree.flatten(operation.output)
    ]
    kept: int = sum(math.prod(tensor.shape[1:]) * _size(tensor.dtype) for tensor in outputs)
    return kept * (2 if name in discriminators(gan.networks) else 1)  # of real and generated images
