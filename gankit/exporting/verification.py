"""Whether what was written computes what the run's network does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from keras import ops

from gankit.game.gan import GAN

COUNT = 16
TOLERANCE = 1e-3  # of the largest output: an eighth of a grey level, above what kernels differ by


@dataclass(frozen=True)
class Trial:
    """Inputs of a network, and what it makes of them in the run.

    Args:
        inputs: Of 16 examples: noise, and labels where the network takes them.
        expected: The outputs.
    """

    inputs: Sequence[np.ndarray]
    expected: np.ndarray

    @classmethod
    def of(cls, gan: GAN, name: str, classes: int) -> "Trial":
        """Return the trial of a network, by its averaged weights if it has any."""
        network = gan.networks[name]
        shape = (COUNT, *network.inputs[0].shape[1:])
        inputs = [np.random.default_rng(0).standard_normal(shape, dtype="float32")]
        if len(network.inputs) > 1:
            inputs.append(np.arange(COUNT, dtype="int32") % max(classes, 1))
        return cls(inputs, ops.convert_to_numpy(gan.sample(*inputs, name=name)))

    def difference(self, outputs: np.ndarray) -> float:
        """Return the largest difference of outputs from those expected; ∞ for another shape."""
        if outputs.shape != self.expected.shape:
            return float("inf")
        return float(np.max(np.abs(outputs - self.expected)))

    @property
    def tolerance(self) -> float:
        """The largest difference that is none."""
        return TOLERANCE * max(1.0, float(np.max(np.abs(self.expected))))
