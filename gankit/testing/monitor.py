"""The contract of a monitor."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import numpy as np

from gankit.data.dataset import Dataset
from gankit.game.gan import GAN
from gankit.game.loss import Loss
from gankit.game.monitor import Monitor
from gankit.game.trace import Trace
from gankit.game.verdict import Level, Verdict
from gankit.sentinel.guard import outlook_of
from gankit.sentinel.watcher import Watcher
from gankit.testing.game import Logistic, game, play, values
from gankit.testing.requirement import called, equal, require

Columns = Mapping[str, Sequence[float]]
ROWS = 16
LEVELS = get_args(Level)


def check_monitor(
    monitor: Callable[..., Monitor],
    *,
    sick: Columns,
    healthy: Columns,
    loss: Loss | None = None,
    **options: Any,
) -> None:
    """Check that a monitor changes nothing, watches what it announces, and judges traces alone.

    Args:
        monitor: The class.
        sick: Columns of a trace that must have a verdict at its last point; by default `step` and
            `epoch` count the points.
        healthy: Columns of a trace that must have no verdict at any point.
        loss: The loss; by default the cross-entropy of logits and targets.
        options: The options to call it with.

    Raises:
        AssertionError: The monitor breaks its contract; the message says how to fix it.
    """
    who = called(monitor, options)
    loss = loss or Logistic()
    _check_watch(who, monitor(**options), loss)
    found = _judged(who, monitor(**options), _trace(sick, loss))
    require(found, f"{who} finds no fault in the sick trace", "yield a gankit.Verdict from judge")
    for length in range(1, len(_trace(healthy, loss)) + 1):
        verdicts = _judged(who, monitor(**options), _trace(healthy, loss).until(length))
        texts = "; ".join(map(str, verdicts))
        require(not verdicts, f"{who} judges point {length} of the healthy trace: {texts}", "wait")
    nothing = _judged(who, monitor(**options), _trace({"step": [1.0, 2.0, 3.0]}, loss))
    require(
        not nothing,
        f"{who} gives a verdict on a log without columns",
        "missing values are NaN, which is neither less nor more: compare so that NaN gives none",
    )


def _check_watch(who: str, monitor: Monitor, loss: Loss) -> None:
    """Watch a game, and check that it is unchanged and that the announced names are there."""
    gan, data = _played(loss)
    before = values([*gan.variables, *gan.optimizer.variables])
    found = Watcher(gan, data, [monitor], ROWS, seed=0)(3)
    require(
        equal(before, values([*gan.variables, *gan.optimizer.variables])),
        f"{who} changes the game",
        "a monitor only watches: assign nothing",
    )
    missing = sorted(set(monitor.logged) - found.keys())
    wrong = [name for name, value in found.items() if not math.isfinite(value)]
    require(
        not wrong,
        f"{who} watches {', '.join(wrong)}, which is not finite in a game of 3 steps",
        "guard divisions and logarithms",
    )
    require(
        not missing or len(missing) < len(monitor.logged) or not monitor.logged,
        f"{who} announces {', '.join(missing)} in logged, but returns none of it",
        "return scalars by these names from watch",
    )


def _played(loss: Loss) -> tuple[GAN, Dataset]:
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (96, 8, 8, 1), dtype=np.uint8)
    data = Dataset({"images": images[:64]}, held_out={"images": images[64:]})
    gan = game(loss, norm=True)
    play(gan, images[:ROWS], 3)
    return gan, data


def _judged(who: str, monitor: Monitor, trace: Trace) -> list[Verdict]:
    """Return the verdicts on a trace, and check that they are the same twice."""
    before = repr(sorted(vars(monitor).items()))
    found, again = list(monitor.judge(trace)), list(monitor.judge(trace))
    require(
        found == again and before == repr(sorted(vars(monitor).items())),
        f"{who} judges the same trace differently on a second call",
        "judge from the trace alone: keep nothing from call to call, and draw nothing",
    )
    for verdict in found:
        require(
            isinstance(verdict, Verdict) and verdict.level in LEVELS,
            f"{who} yields {verdict!r}",
            f"yield gankit.Verdict(name, level, reason), the level one of {', '.join(LEVELS)}",
        )
    return found


def _trace(columns: Columns, loss: Loss) -> Trace:
    count = max(map(len, columns.values()))
    counted = {name: list(range(1, count + 1)) for name in ("step", "epoch")}
    return Trace({**counted, **columns}, count, outlook_of(loss))
