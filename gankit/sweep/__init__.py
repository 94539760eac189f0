"""Sweeps: trainings of one recipe with different options, to find the best."""
