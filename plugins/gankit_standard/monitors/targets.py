"""The discriminator's targets."""

from collections.abc import Iterator, Mapping
from typing import Any

from keras import ops

import gankit
from gankit_standard.monitors.remedies import advice

ROUNDING = 1e-6


class Targets(gankit.Monitor):
    """Targets outside [0, 1], with which a cross-entropy has no lower bound.

    Salimans et al. 2016, arXiv:1606.03498, lower only the target of real images. With noise that
    leaves [0, 1] the discriminator's loss can fall forever.
    """

    logged = ("target_low", "target_high")

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return the lowest and the highest target of a batch."""
        targets = [t for j in look.judgments for t in (j.targets.real, j.targets.fake)]
        if not targets:
            return {}
        every = ops.concatenate([ops.reshape(target, (-1,)) for target in targets])
        return {"target_low": ops.min(every), "target_high": ops.max(every)}

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the targets of the last point."""
        (low,), (high,) = trace.last("target_low"), trace.last("target_high")
        if low < -ROUNDING or high > 1 + ROUNDING:
            yield gankit.Verdict(
                "outside",
                "warn",
                f"targets go from {low:.3g} to {high:.3g}, outside [0, 1]: the loss has no "
                "lower bound",
                *advice(
                    trace,
                    "use label-noise, which stays within [0, 1]",
                    ("add {}", "target-clipping"),
                ),
            )
