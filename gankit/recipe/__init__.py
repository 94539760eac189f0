"""Reads recipes: TOML in, a checked recipe with all its defaults out."""
