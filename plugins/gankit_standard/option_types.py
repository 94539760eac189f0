"""The ranges of options that several parts have."""

from typing import Annotated

from pydantic import Field

BelowOne = Annotated[float, Field(ge=0, lt=1)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Strength = Annotated[float, Field(ge=0)]
