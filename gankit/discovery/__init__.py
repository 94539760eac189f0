"""Finding plugins, and the parts that they provide."""
