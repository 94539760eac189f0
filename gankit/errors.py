"""Errors that the user can fix, and interruptions."""


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
    """The user stopped the run in this folder. Its state is saved."""
