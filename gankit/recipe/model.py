"""The pydantic model of a recipe, whatever parts its sections may name."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from gankit.discovery.part import Part
from gankit.recipe import schema
from gankit.recipe.count import Count
from gankit.recipe.settings import SCORING, TRAINING

SECTIONS = {"dataset": "datasets", "architecture": "architectures", "loss": "losses"}
KEYS = ("seed", *SECTIONS, "stabilizers", "players", "training", "metrics", "scoring", "stages")
DEFAULT_OPTIMIZER = {"name": "adam", "learning_rate": 2e-4, "beta_1": 0.5}
Seed = Annotated[int, Field(ge=0, lt=2**32, description="Of all randomness.")]


class Table(BaseModel):
    """A table of a recipe, without room for other keys."""

    model_config = ConfigDict(strict=True, extra="forbid")


def recipe_model(
    *,
    dataset: Any,
    architecture: Any,
    loss: Any,
    stabilizers: Any,
    players: Any,
    metrics: Any,
    features: Any,
) -> type[Table]:
    """Return the pydantic model of a recipe whose sections have these types."""
    training, scoring = own_model(TRAINING), own_model(SCORING, features=features)
    return create_model(
        "recipe",
        __base__=Table,
        seed=(Seed, 0),
        dataset=(dataset, ...),
        architecture=(architecture, ...),
        loss=(loss, ...),
        stabilizers=(stabilizers, ()),
        players=(players, {}),
        training=(training, Field(default_factory=training)),
        metrics=(metrics, ()),
        scoring=(scoring, Field(default_factory=scoring)),
    )


def player_model(optimizer: Any) -> type[Table]:
    """Return the pydantic model of a player's table."""
    repeats = Annotated[Count, Field(description="The turns that it takes in a step.")]
    return create_model(
        "player", __base__=Table, optimizer=(optimizer, DEFAULT_OPTIMIZER), repeats=(repeats, 1)
    )


def own_model(part: Part, **types: Any) -> type[schema.SectionModel]:
    """Return the pydantic model of a section of gankit's own, `[training]` or `[scoring]`.

    Args:
        part: Which.
        types: Of some of its options, instead of what the part says.
    """
    return schema.make_model(part.name, part, schema.fields(part, types))
