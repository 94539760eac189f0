"""What GANKIT_TRACE=1 shows on standard error: each plugin that is loaded, and each hook call."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Said = Callable[[str], None]


def tracing() -> bool:
    """Return whether `GANKIT_TRACE` is set, to anything but 0."""
    return os.environ.get("GANKIT_TRACE", "0") not in ("", "0")


@contextmanager
def traced(what: str) -> Iterator[Said]:
    """Show what is done in the block, how long it took, and how it ended.

    Yields a function to say what came of it. Nothing is shown unless it is asked for.

    Args:
        what: Is done.
    """
    if not tracing():
        yield lambda said: None
        return
    found: list[str] = []
    start = time.perf_counter()
    try:
        yield found.append
    except BaseException:
        _show(what, start, "failed")
        traceback.print_exc()
        raise
    _show(what, start, *found)


def _show(what: str, start: float, *said: str) -> None:
    milliseconds = 1000 * (time.perf_counter() - start)
    print(f"trace: {milliseconds:7.1f} ms  {' → '.join((what, *said))}", file=sys.stderr)
