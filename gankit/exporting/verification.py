"""Verification of an export: does it compute what the run's network does?"""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from gankit.errors import GankitError
from gankit.game.gan import GAN

COUNT = 16
TOLERANCE = 1e-3  # of the largest output: an eighth of a grey level, more than kernels differ by


@dataclass(frozen=True)
class Verification:
    """Noise for 16 examples, with labels for a conditional network, and the run's outputs."""

    inputs: Sequence[np.ndarray]
    expected: np.ndarray

    @classmethod
    def of(cls, gan: GAN, name: str, classes: int) -> "Verification":
        """Return the test of a network, by its averaged weights if it has any."""
        network = gan.networks[name]
        shape = (COUNT, *network.inputs[0].shape[1:])
        noise = np.random.default_rng(0).standard_normal(shape, dtype="float32")
        given = {x.name: _values(x, classes) for x in network.inputs[1:]}
        expected = ops.convert_to_numpy(gan.sample(noise, name=name, given=given))
        return cls([noise, *given.values()], expected)

    @classmethod
    def wider(cls, network: keras.Model, width: int) -> "Verification":
        """Return the test of a network that takes images of any size, at another width."""
        height, _, channels = (size or width for size in network.inputs[0].shape[1:])
        shape = (2, height, width, channels)
        images = np.random.default_rng(1).standard_normal(shape, dtype="float32")
        others = [np.zeros((2, *x.shape[1:]), str(x.dtype)) for x in network.inputs[1:]]
        inputs = [images, *others]
        made = network([ops.convert_to_tensor(x) for x in inputs] if others else images)
        return cls(inputs, ops.convert_to_numpy(made))

    @property
    def tolerance(self) -> float:
        """The largest allowed difference."""
        return TOLERANCE * max(1.0, float(np.max(np.abs(self.expected))))

    def check(self, outputs: np.ndarray) -> float:
        """Return the largest difference between outputs and those expected.

        Raises:
            GankitError: It is larger than the tolerance, or is not a number.
        """
        difference = float("inf")
        if outputs.shape == self.expected.shape:
            difference = float(np.max(np.abs(outputs - self.expected)))
        if not difference <= self.tolerance:  # also if it is not a number
            raise GankitError(
                "the exported network gives other results than the run's, and was not kept: the "
                f"largest difference is {difference:.3g}, at most {self.tolerance:.3g} is allowed",
                "try another --format or --backend, and please report this",
            )
        return difference


def _values(x: keras.KerasTensor, classes: int) -> np.ndarray:
    """Return values for an input after the first: each class in turn for integers."""
    if "int" in x.dtype:
        return (np.arange(COUNT) % max(classes, 1)).astype(x.dtype)
    shape = (COUNT, *x.shape[1:])
    return np.random.default_rng(1).standard_normal(shape, dtype="float32").astype(x.dtype)
