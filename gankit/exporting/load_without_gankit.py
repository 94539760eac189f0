"""A program that loads a .keras file where there is no gankit; it is started, not imported.

Its arguments are the file, an npz of the inputs, and where to write what comes out.
"""

import sys


def main(file: str, given: str, made: str) -> None:
    """Load the network, and write what it makes of the inputs."""
    sys.modules["gankit"] = None  # importing it is an error from here on
    import keras
    import numpy as np

    network = keras.saving.load_model(file, compile=False)
    with np.load(given, allow_pickle=False) as arrays:
        inputs = [arrays[name] for name in arrays.files]
    outputs = network(inputs if len(inputs) > 1 else inputs[0], training=False)
    np.save(made, keras.ops.convert_to_numpy(outputs), allow_pickle=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
