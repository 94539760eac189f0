"""Whether the players still learn."""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from keras import ops

import gankit

STILL = 1e-6  # relative change of the norm of the weights from point to point


class Frozen(gankit.Monitor):
    """A player whose weights no longer change: a learning rate near 0, or no gradient.

    The monitor compares the norm of the weights, whose last digits in float32 are rounding.
    """

    logged = ("d_weights", "g_weights")

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return the norm of the weights of the discriminator and the generator."""
        found = {f"{player[0]}_weights": each for player, each in look.weights.items()}
        return {name: _norm(found[name]) for name in self.logged if found.get(name)}

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last three points."""
        for name in self.logged:
            last = trace.last(name, 3)
            if len(last) < 3 or any(map(math.isnan, last)):
                continue
            changes = [abs(b - a) / max(abs(a), 1e-30) for a, b in pairwise(last)]
            if max(changes) < STILL:
                player = name.removesuffix("_weights")
                yield gankit.Verdict(
                    f"frozen-{player}",
                    "warn",
                    f"the weights of {player} no longer change: the relative change of their norm "
                    f"is {max(changes):.1g} between measurements",
                    "raise its learning rate, or find out why it gets no gradient",
                    points=2,
                )


def _norm(weights: Any) -> Any:
    squares = [ops.sum(ops.square(ops.cast(w.value, "float32"))) for w in weights]
    return ops.sqrt(sum(squares))
