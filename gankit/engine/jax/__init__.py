"""gankit's engine on jax."""
