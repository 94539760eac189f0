"""The type of an option that counts."""

from typing import Annotated

from pydantic import Field
from typing_extensions import Doc

Count = Annotated[int, Field(ge=1), Doc("The type of an option that counts: an integer ≥ 1.")]
