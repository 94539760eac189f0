"""Whether the players move at all."""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from keras import ops

import gankit

STILL = 1e-6  # what the norm of a player's weights changes by, of itself, from point to point


class Frozen(gankit.Monitor):
    """A player whose weights no longer change: its learning rate is next to 0, or no gradient is.

    It shows in the norm of its weights, a float32 of which the last digits are rounding.
    """

    logged = ("d_weights", "g_weights")

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return the norm of the weights of each player that has one of these names."""
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
                    f"the weights of {player} stand still: their norm changes by "
                    f"{max(changes):.1g} of itself from point to point",
                    "raise its learning rate, or see why no gradient reaches it",
                    points=2,
                )


def _norm(weights: Any) -> Any:
    squares = [ops.sum(ops.square(ops.cast(w.value, "float32"))) for w in weights]
    return ops.sqrt(sum(squares))
