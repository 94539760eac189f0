"""The pydantic model of a recipe, for any parts that its sections may name."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from gankit.discovery import part_options
from gankit.discovery.kinds import KINDS
from gankit.discovery.part import Part
from gankit.recipe.count import Count
from gankit.recipe.settings import SCORING, SENTINEL, START, TRAINING

SECTIONS = {k.noun: k.plural for k in KINDS.values() if k.table == f"[{k.noun}]"}
ARRAYS = [k.plural for k in KINDS.values() if k.table == f"[[{k.plural}]]"]
KEYS = ("seed", *SECTIONS, "stabilizers", "players", "start", "training", "metrics", "scoring")
KEYS += ("monitors", "sentinel", "stages")
DEFAULT_OPTIMIZER = {"name": "adam", "learning_rate": 2e-4, "beta_1": 0.5}
Seed = Annotated[int, Field(ge=0, lt=2**32, description="The seed of all randomness.")]


class Table(BaseModel):
    """A table of a recipe, which allows no other keys."""

    model_config = ConfigDict(strict=True, extra="forbid")


def recipe_model(types: Mapping[str, Any], features: Any) -> type[Table]:
    """Return the pydantic model of a recipe from the types of its tables and of its features."""
    training, scoring = own_model(TRAINING), own_model(SCORING, {"features": features})
    sentinel, start = own_model(SENTINEL), own_model(START)
    fields: dict[str, Any] = {
        "seed": (Seed, 0),
        **{section: (types[section], ...) for section in SECTIONS},
        **{kind: (types[kind], ()) for kind in ARRAYS},
        "players": (types["players"], {}),
        "start": (start, Field(default_factory=start)),
        "training": (training, Field(default_factory=training)),
        "scoring": (scoring, Field(default_factory=scoring)),
        "sentinel": (sentinel, Field(default_factory=sentinel)),
    }
    ordered = {key: fields[key] for key in KEYS if key in fields}
    return create_model("recipe", __base__=Table, **ordered)


def player_model(optimizer: Any) -> type[Table]:
    """Return the pydantic model of a player's table."""
    repeats = Annotated[Count, Field(description="The number of its turns in a step.")]
    return create_model(
        "player", __base__=Table, optimizer=(optimizer, DEFAULT_OPTIMIZER), repeats=(repeats, 1)
    )


def own_model(
    part: Part, types: Mapping[str, Any] | None = None
) -> type[part_options.SectionModel]:
    """Return the pydantic model of a section of gankit's own; `types` replaces some."""
    return part_options.make_model(part.name, part, part_options.fields(part, types or {}))
