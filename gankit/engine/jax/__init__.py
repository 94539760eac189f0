"""The engine on JAX: what it can do."""

from collections.abc import Iterator
from contextlib import contextmanager

import jax


@contextmanager
def compiling_quickly() -> Iterator[None]:
    """Compile quickly rather than well, for a few steps."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    try:
        yield
    finally:
        jax.config.update("jax_disable_most_optimizations", before)


def compiles() -> bool:
    """Return whether the first step is compiled before it is played: JAX does."""
    return True


def compiles_slowly() -> bool:
    """Return whether compiling a large step takes far longer than to play it layer by layer."""
    return False


def out_of_memory(error: Exception) -> bool:
    """Return whether an exception means that the device is out of memory."""
    said = ("RESOURCE_EXHAUSTED", "Out of memory")  # the second where the step was dispatched
    return isinstance(error, jax.errors.JaxRuntimeError) and any(x in str(error) for x in said)


def seed(number: int) -> int:
    """Return a seed of 32 bits as Keras keeps it here: as it is."""
    return number


def supports(precision: str) -> bool:
    """Return whether the devices can train in a precision."""
    return True


def jit_compile() -> bool:
    """Return whether XLA pays: on JAX it always does."""
    return True
