"""The metrics, each a pure function in float64 numpy of what it asks for by name."""
