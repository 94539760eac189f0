"""Targets that others have moved out of [0, 1]."""

from keras import ops

import gankit
from gankit_standard.ranges import Fraction


class TargetClipping(gankit.Stabilizer):
    """Clips the targets, where stabilizers before it have moved them out of [0, 1].

    A target beyond makes the cross-entropy unbounded below. Put it last.

    Args:
        low: The least target.
        high: The largest target.
    """

    def __init__(self, low: Fraction = 0.0, high: Fraction = 1.0):
        self.low = low
        self.high = high

    def targets(self, targets: gankit.Targets) -> gankit.Targets:
        """Return the targets, none beyond the bounds."""
        clipped = (ops.clip(each, self.low, self.high) for each in (targets.real, targets.fake))
        return gankit.Targets(*clipped)
