"""A program that loads a .keras file where gankit cannot be imported; it is run, not imported.

Its arguments are the file, an npz file of inputs, and the path for the outputs.
"""

import sys
from typing import Any


def main(file: str, given: str, made: str) -> None:
    """Load the network, and write its outputs for the inputs."""
    modules: dict[str, Any] = sys.modules
    modules["gankit"] = None  # makes importing it an error
    import keras
    import numpy as np

    network = keras.saving.load_model(file, compile=False)
    with np.load(given, allow_pickle=False) as arrays:
        inputs = [arrays[name] for name in arrays.files]
    outputs = network(inputs if len(inputs) > 1 else inputs[0], training=False)
    np.save(made, keras.ops.convert_to_numpy(outputs), allow_pickle=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
