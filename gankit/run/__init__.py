"""A run: the folder that explains itself, and the training that fills it."""
