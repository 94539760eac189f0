"""What monitors recommend: sentences, and the changes to recipes that do the same."""

from collections.abc import Mapping, Sequence
from typing import Any

import gankit

Change = Mapping[str, Any]

OPTIONS = {"r1": {"gamma": 1.0}}
R1 = ("penalise the discriminator's gradient with {}", "r1")


def advice(trace: gankit.Trace, *steps: str | tuple[str, ...]) -> tuple[str, Sequence[Change]]:
    """Return what a game may try, as a sentence and as changes, the best first.

    Args:
        trace: The game, whose outlook tells its stabilizers.
        steps: What to try: a text, or a text with `{}` and the stabilizers for that place. The
            sentence and the changes leave out what the game has already.
    """
    texts, changes = [], []
    for text, *names in [(step,) if isinstance(step, str) else step for step in steps]:
        missing = [name for name in names if name not in trace.outlook.stabilizers]
        if missing or not names:
            texts.append(text.format(_either(missing)))
            changes += [_added(name) for name in missing]
    return _either(texts, comma=","), changes


def _added(name: str) -> Change:
    return {"stabilizers": [{"name": name, **OPTIONS.get(name, {})}]}


def _either(words: Sequence[str], comma: str = "") -> str:
    """Return words with `or` before the last one."""
    *rest, last = words or [""]
    return f"{', '.join(rest)}{comma} or {last}" if rest else last


def clipped(norm: float = 1.0) -> Change:
    """Return the change that clips the gradients of both players."""
    optimizer = {"optimizer": {"clipnorm": norm}}
    return {"players": {"discriminator": optimizer, "generator": optimizer}}
