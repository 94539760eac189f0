"""gankit's engine on tensorflow."""
