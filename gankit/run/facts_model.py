"""What `run.json` must be like to be read."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class DataFacts(BaseModel):
    """What `run.json` says about the data of a stage."""

    model_config = ConfigDict(extra="allow", strict=True)
    examples: int
    classes: list[str]
    shapes: dict[str, list[int]]
    digest: str | None = None
    show: bool = False


class Facts(BaseModel):
    """What `run.json` must be like to be read; a run's folder may be a stranger's."""

    model_config = ConfigDict(extra="allow", strict=True)
    backend: Literal["tensorflow", "jax", "torch"]
    data: list[DataFacts]
    devices: list[str] = []
    plugins: list[str] = []
    command: list[str] = []
    versions: dict[str, str] = {}
    distributions: dict[str, str] = {}
    warnings: list[str] = []
    recipe_sha256: str | None = None
    next_recipe_sha256: str | None = None
