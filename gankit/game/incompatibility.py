"""Why parts of a recipe do not go together."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Incompatibility:
    """Why parts of a recipe do not fit each other, and what to do.

    Args:
        reason: What does not fit, and what comes of it.
        remedy: What to change in the recipe.
    """

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason} → {self.remedy}"
