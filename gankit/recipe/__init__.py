"""Recipes: TOML in, a checked recipe with every default out."""
