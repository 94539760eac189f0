"""The stabilizers, each off unless a recipe lists it."""
