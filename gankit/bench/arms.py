"""The arms of the ring and grid benchmarks, to compare with published results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.messages import listed, suggestion
from gankit.recipe import toml
from gankit.recipe.overrides import override
from gankit.recipe.recipe import Recipe, check_recipe
from gankit.recipe.shipped import shipped_recipes


@dataclass(frozen=True)
class Arm:
    """A recipe of gankit with changes, as in a stage of a recipe.

    With `rejection_steps`, a density-ratio discriminator is trained for so many steps after the
    game, and the table has a second row, of the samples that it accepts.
    """

    name: str
    recipe: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    rejection_steps: int = 0

    @property
    def rows(self) -> list[str]:
        """The names of its rows in the table."""
        return [self.name, f"{self.name}+rejection"][: 2 if self.rejection_steps else 1]

    def read(self, pace: float = 1.0) -> Recipe:
        """Return the recipe, its schedules `pace` times as long."""
        table = toml.read(shipped_recipes()[self.recipe])
        table = paced(override(table, self.changes, f"the arm {self.name}"), pace)
        return check_recipe(table, load_plugins(), f"the arm {self.name}")


def arms(benchmark: str) -> dict[str, Arm]:
    """Return the arms of `ring` or `grid`, by name."""
    best = f"{benchmark}_best"
    found = [
        Arm("plain", benchmark, {"training": {"epochs": 3}}),
        Arm("plain-unrolled", benchmark, UNROLLED),
        Arm("plain-veegan", benchmark, VEEGAN),
        Arm("small", best, SMALL),
        *(_packing(best, size) for size in (2, 3, 4)),
        Arm("control", best, {"loss": {"name": "bce"}, "stabilizers": []}),
        Arm("best", best, rejection_steps=1500),
    ]
    return {arm.name: arm for arm in found}


def chosen_arms(names: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    """Return the named arms; all if there are no names.

    Raises:
        GankitError: There is no such arm.
    """
    for name in names:
        if name not in known:
            raise GankitError(
                f"there is no arm {name!r}.{suggestion(name, known)} Allowed: {listed(known)}",
                "gankit bench --help",
            )
    return names or known


def _adam(learning_rate: float) -> dict[str, Any]:
    rates = {"learning_rate": learning_rate, "beta_1": 0.5, "beta_2": 0.999}
    return {"optimizer": {"name": "adam"} | rates}


_RELU_NETWORKS: dict[str, Any] = {
    "name": "mlp",
    "latent": 256,
    "generator_widths": [128, 128],
    "discriminator_widths": [128, 128],
    "activation": "relu",
    "generator_norm": False,
    "maxout": 1,
}

# Metz et al. 2017, arXiv:1611.02163, with 0 steps of unrolling, as in the public port
# github.com/MarisaKirisame/unroll_gan. The authors' own notebook has tanh instead of ReLU.
UNROLLED = {
    "architecture": _RELU_NETWORKS,
    "players": {"discriminator": _adam(1e-4), "generator": _adam(1e-3)},
    "training": {"epochs": 25, "batch_size": 512},
}

# Srivastava et al. 2017, arXiv:1705.07761, without the reconstructor, as in public copies of the
# authors' notebook VEEGAN_2D_RING.
VEEGAN = {
    "architecture": _RELU_NETWORKS | {"latent": 254, "discriminator_widths": [128]},
    "players": {"discriminator": _adam(1e-3), "generator": _adam(1e-3)},
    "training": {"epochs": 25, "batch_size": 500},
}

# The plain GAN with the networks of the best arm and a constant learning rate.
SMALL = {
    "loss": {"name": "bce"},
    "stabilizers": [],
    "players": {"discriminator": _adam(1e-3), "generator": _adam(1e-3)},
    "training": {"epochs": 6},
}


def _packing(recipe: str, size: int) -> Arm:
    """Return the small arm with a discriminator of packs, 128 of them in a batch."""
    training = {"epochs": 6 * size, "batch_size": 128 * size}
    packs = {"stabilizers": [{"name": "packing", "size": size}], "training": training}
    return Arm(f"packing-{size}", recipe, SMALL | packs)


def paced(value: Any, pace: float) -> Any:
    """Return a table with its schedules `pace` times as long."""
    if isinstance(value, list):
        return [paced(item, pace) for item in value]
    if not isinstance(value, Mapping):
        return value
    table = {key: paced(item, pace) for key, item in value.items()}
    if "decay_steps" in table:
        table["decay_steps"] = max(1, round(pace * table["decay_steps"]))
    return table
