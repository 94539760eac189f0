"""What JAX computes on."""

import jax


def devices() -> list[str]:
    """Return the names of the devices in use, GPUs if there are any."""
    return ["CPU" if d.platform == "cpu" else d.device_kind for d in jax.local_devices()]


def jit_compile() -> bool:
    """Return whether XLA pays: on JAX it always does."""
    return True
