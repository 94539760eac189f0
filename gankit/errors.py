"""What the user can fix, and what the user asked for."""


class GankitError(Exception):
    """A mistake the user can mend: shown in red without a traceback, exit code 1.

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
    """The user stopped the run in this folder; it is saved."""
