"""The arms of a benchmark: what is trained, to be set beside what was published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gankit.discovery.plugins import load_plugins
from gankit.recipe import toml
from gankit.recipe.overrides import override
from gankit.recipe.recipe import Recipe, check_recipe
from gankit.recipe.shipped import shipped_recipes


@dataclass(frozen=True)
class Arm:
    """A recipe that comes with gankit, changed.

    Args:
        name: What the table calls it.
        recipe: Of which recipe.
        changes: As a stage of a recipe changes it.
        referee: The steps for which a referee learns after the game; above 0 the table has a
            second row, of the samples that it accepts.
    """

    name: str
    recipe: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    referee: int = 0

    @property
    def rows(self) -> list[str]:
        """The names of its rows in the table."""
        return [self.name, f"{self.name}+rejection"][: 2 if self.referee else 1]

    def read(self, pace: float = 1.0) -> Recipe:
        """Return the recipe.

        Args:
            pace: How long its schedules are, in what they are in the recipe.
        """
        table = toml.read(shipped_recipes()[self.recipe])
        table = _paced(override(table, self.changes, f"the arm {self.name}"), pace)
        return check_recipe(table, load_plugins(), f"the arm {self.name}")


def arms(benchmark: str) -> dict[str, Arm]:
    """Return the arms of `ring` or `grid` by name."""
    best = f"{benchmark}_best"
    found = [
        Arm("plain", benchmark, {"training": {"epochs": 3}}),
        Arm("small", best, SMALL),
        *(_packing(best, size) for size in (2, 3, 4)),
        Arm("control", best, {"loss": {"name": "bce"}, "stabilizers": []}),
        Arm("best", best, referee=1500),
    ]
    return {arm.name: arm for arm in found}


_ADAM = {"name": "adam", "learning_rate": 1e-3, "beta_1": 0.5, "beta_2": 0.999}

# The plain GAN with the networks of the best arm, at a learning rate that stays.
SMALL = {
    "loss": {"name": "bce"},
    "stabilizers": [],
    "players": {"discriminator": {"optimizer": _ADAM}, "generator": {"optimizer": _ADAM}},
    "training": {"epochs": 6},
}


def _packing(recipe: str, size: int) -> Arm:
    """Return the small arm with a discriminator that judges packs, 128 of them at a time."""
    training = {"epochs": 6 * size, "batch_size": 128 * size}
    packs = {"stabilizers": [{"name": "packing", "size": size}], "training": training}
    return Arm(f"packing-{size}", recipe, SMALL | packs)


def _paced(value: Any, pace: float) -> Any:
    """Return a table whose schedules take so many times as many steps."""
    if isinstance(value, list):
        return [_paced(item, pace) for item in value]
    if not isinstance(value, Mapping):
        return value
    table = {key: _paced(item, pace) for key, item in value.items()}
    if "decay_steps" in table:
        table["decay_steps"] = max(1, round(pace * table["decay_steps"]))
    return table
