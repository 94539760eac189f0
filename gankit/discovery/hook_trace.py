"""GANKIT_TRACE=1 prints each plugin that is loaded and each hook call on standard error."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def tracing() -> bool:
    """Return whether `GANKIT_TRACE` is set, and not to 0."""
    return os.environ.get("GANKIT_TRACE", "0") not in ("", "0")


@contextmanager
def traced(action: str) -> Iterator[Callable[[str], None]]:
    """Trace the block: print the action, how long it took and how it ended.

    Yields a function that takes the result to print.
    """
    if not tracing():
        yield lambda result: None
        return
    results: list[str] = []
    start = time.perf_counter()
    try:
        yield results.append
    except BaseException:
        _print(action, start, "failed")
        traceback.print_exc()
        raise
    _print(action, start, *results)


def _print(action: str, start: float, *results: str) -> None:
    milliseconds = 1000 * (time.perf_counter() - start)
    print(f"trace: {milliseconds:7.1f} ms  {' → '.join((action, *results))}", file=sys.stderr)
