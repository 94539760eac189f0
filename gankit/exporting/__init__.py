"""How a network leaves gankit: in Keras' own layers, in a format, and tried before it is there."""
