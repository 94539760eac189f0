"""Errors that the user can fix, and interruptions."""

from pathlib import Path


class GankitError(Exception):
    """An error that the user can fix: shown without a traceback, with exit code 1.

    Args:
        message: What is wrong, where, what is allowed and what was received.
        hint: What to do or type next.
    """

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class Interrupted(Exception):
    """The user stopped a run.

    Args:
        run: The run's folder; None if it had no step yet, so that nothing is left of it.
        steps: The finished steps, which are saved; None if the user did not wait for that.
    """

    def __init__(self, run: Path | None, steps: int | None = None):
        super().__init__(run, steps)
        self.run = run
        self.steps = steps

    def __str__(self) -> str:
        if self.run is None:
            return "stopped before the first step; nothing was saved"
        return "stopped" if self.steps is None else f"saved at step {self.steps:,}"
