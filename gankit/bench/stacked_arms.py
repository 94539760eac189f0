"""The arms of the benchmark `stacked-mnist`."""

from dataclasses import dataclass
from typing import Any

from gankit.bench.arms import paced
from gankit.discovery.plugins import load_plugins
from gankit.recipe.overrides import override
from gankit.recipe.recipe import Recipe, check_recipe

Table = dict[str, Any]
IMAGES = 128_000  # in an epoch, as in PacGAN's experiment
STEPS = 10_000


@dataclass(frozen=True)
class StackedArm:
    """A recipe, as changes of the base of all arms."""

    name: str
    changes: Table

    def read(self, seed: int = 0, steps: int = STEPS, path: str | None = None) -> Recipe:
        """Return the recipe that takes so many steps; `path` is where MNIST is."""
        table = override({**BASE, "seed": seed}, self.changes, f"the arm {self.name}")
        batch = table["training"]["batch_size"]
        epochs = max(1, round(steps * batch / IMAGES))
        length = {
            "dataset": {"count": batch * round(steps / epochs)} | ({"path": path} if path else {}),
            "training": {"epochs": epochs},
        }
        table = paced(override(table, length, f"the arm {self.name}"), steps / STEPS)
        return check_recipe(table, load_plugins(), f"the arm {self.name}")


def stacked_arms() -> dict[str, StackedArm]:
    """Return the arms by name."""
    found: dict[str, Table] = {
        "relativistic-r1-r2": {},
        "relativistic-r1": {"stabilizers": [R1, AVERAGE]},
        "plain-r1-r2": {"loss": {"name": "bce"}},
        "plain-r1": {"loss": {"name": "bce"}, "stabilizers": [R1, AVERAGE]},
        "dcgan": DCGAN,
        "dcgan-packed": DCGAN | PACKED,
    }
    return {name: StackedArm(name, changes) for name, changes in found.items()}


def _adam(**options: Any) -> Table:
    both = ("discriminator", "generator")
    return {player: {"optimizer": {"name": "adam", **options}} for player in both}


R1, R2 = ({"name": name, "gamma": 2.0, "every": 4} for name in ("r1", "r2"))
AVERAGE = {"name": "ema", "decay": 0.999}
FALLING = {"name": "cosine-decay", "initial_learning_rate": 1e-3, "decay_steps": STEPS}

# The game of R3GAN, Huang et al. 2024, arXiv:2501.05441, with small networks without normalisation.
BASE: Table = {
    "dataset": {"name": "stacked-mnist", "size": 32},
    "architecture": {
        "name": "dcgan",
        "latent": 64,
        "width": 16,
        "dropout": 0.0,
        "generator_norm": False,
        "discriminator_norm": False,
    },
    "loss": {"name": "relativistic"},
    "stabilizers": [R1, R2, AVERAGE],
    "players": _adam(learning_rate=FALLING, beta_1=0.0, beta_2=0.99),
    "training": {"batch_size": 64, "checkpoint_every": 500, "keep_samples": 20},
    "sentinel": {"action": "off"},
}

# The rates, batches and packs are those of github.com/fjxmlzn/PacGAN, the networks are smaller.
DCGAN: Table = {
    "architecture": {
        "latent": 100,
        "generator_norm": True,
        "discriminator_norm": True,
        "initialisation": "dcgan",
    },
    "loss": {"name": "bce"},
    "stabilizers": [],
    "players": _adam(learning_rate=2e-4, beta_1=0.5, beta_2=0.999),
}
PACKED: Table = {
    "stabilizers": [{"name": "packing", "size": 2}],
    "training": {"batch_size": 128},  # 64 packs
}
