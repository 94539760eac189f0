"""Signals that end a run: Ctrl-C, SIGTERM, and SIGHUP when its terminal closes."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
Handler = Callable[[int, Any], None]


@contextmanager
def heard(handler: Handler) -> Iterator[None]:
    """Let a handler hear the signals that end a run; SIGHUP not where `nohup` ignores it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python gives signals to the main thread alone
        return
    before = {number: signal.getsignal(number) for number in ENDING}
    chosen = [n for n in ENDING if n == signal.SIGINT or before[n] is not signal.SIG_IGN]
    for number in chosen:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in chosen:
            signal.signal(number, before[number])


@contextmanager
def stopping_at_once() -> Iterator[None]:
    """Interrupt the block at a signal, and again at its end if a library swallowed that.

    Raises:
        KeyboardInterrupt: A signal came.
    """
    came: list[int] = []

    def stop(number: int, frame: Any) -> None:
        came.append(number)
        raise KeyboardInterrupt

    with heard(stop):
        yield
    if came:
        raise KeyboardInterrupt
