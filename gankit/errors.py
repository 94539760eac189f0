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
    """The user stopped a run. Its state is saved.

    Args:
        run: The run's folder.
        steps: The finished steps.
    """

    def __init__(self, run: Path, steps: int):
        super().__init__(f"{run} was stopped at step {steps:,}")
        self.run = run
        self.steps = steps
