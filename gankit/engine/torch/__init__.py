"""gankit's engine on torch."""
