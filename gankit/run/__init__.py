"""A run: its folder, and the training that fills it."""
