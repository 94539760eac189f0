"""Lets whoever started a run follow it from epoch to epoch, and end it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from gankit.run.callbacks import SessionCallback
from gankit.run.folder import RunFolder

Follower = Callable[[RunFolder], None]

_follower: ContextVar[Follower | None] = ContextVar("_follower", default=None)


@contextmanager
def followed_by(follower: Follower) -> Iterator[None]:
    """Call a function with the folder of each run of the block, after each epoch but the last.

    What it raises ends the run, which is saved.
    """
    token = _follower.set(follower)
    try:
        yield
    finally:
        _follower.reset(token)


class Follow(SessionCallback):
    """Calls the follower of the run, if it has one."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Call it, once the epoch is saved."""
        follower = _follower.get()
        if follower and self.session.epoch < self.session.epochs:
            follower(self.session.run)
