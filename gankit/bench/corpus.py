"""What the corpus of `gankit bench sentinel` is made of: small runs that fail, and healthy ones."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gankit.discovery.plugins import Catalogue
from gankit.recipe.overrides import override
from gankit.recipe.recipe import Recipe, check_recipe

PARTS = Path(__file__).with_name("corpus_parts.py")
STEPS = 48  # of an epoch, and of a point that is judged
Table = dict[str, Any]
WATCHED_BY = {"oscillation": ("diversity", "saturation")}  # a monitor that only judges


@dataclass(frozen=True)
class Sign:
    """When a failure is visible without a monitor: a curve passes a bound, two epochs running.

    A curve that `swings` passes no bound: it rises and falls, three times, by a factor.

    Args:
        curve: A column of `history.csv` or a score; empty if the recipe itself is the failure.
        side: Whether the curve must be below or above the bound, or swing.
        bound: The bound, or the factor of a swing.
        times: What the bound is a multiple of: nothing, the first value, or the best so far.
        since: The first epoch, of 48 steps, that counts.
    """

    curve: str = ""
    side: Literal["below", "above", "swings"] = "below"
    bound: float = 0.0
    times: Literal["", "first", "best"] = ""
    since: int = 1

    def __str__(self) -> str:
        if not self.curve:
            return "from the start"
        if self.side == "swings":
            return f"{self.curve} swings by a factor of {self.bound:g}"
        multiple = f" × the {self.times}" if self.times else ""
        return f"{self.curve} {self.side} {self.bound:g}{multiple}"


@dataclass(frozen=True)
class Case:
    """A recipe that fails in one way, or is healthy.

    Args:
        failure: The failure, or `healthy`.
        setting: Which of the settings it changes.
        changes: What it changes.
        expected: The verdicts that name the failure, as `monitor/name`; none for a healthy control.
        sign: When the failure is visible.
        variant: What tells it from other cases of the failure and setting.
        remedy: Whether its verdicts advise a change of the recipe.
    """

    failure: str
    setting: str
    changes: Table = field(default_factory=dict)
    expected: frozenset[str] = frozenset()
    sign: Sign = Sign()
    variant: str = ""
    remedy: bool = True

    @property
    def name(self) -> str:
        """Its name."""
        return "-".join(filter(None, (self.failure, self.variant, self.setting)))

    @property
    def healthy(self) -> bool:
        """Whether it is a control."""
        return not self.expected

    @property
    def claim(self) -> bool:
        """Whether it tries what is said to help against a failure, from the start."""
        return bool(self.expected and self.variant)

    def read(self, seed: int, catalogue: Catalogue, remedied: bool = False) -> Recipe:
        """Return the recipe; if `remedied`, the failure's monitors roll the run back."""
        own = override({**SETTINGS[self.setting], "seed": seed}, self.changes, self.name)
        return check_recipe(own | (self._remedied() if remedied else {}), catalogue, self.name)

    def _remedied(self) -> Table:
        names = sorted({verdict.partition("/")[0] for verdict in self.expected})
        names += [name for other in names for name in WATCHED_BY.get(other, ())]
        monitors = [{"name": name} for name in names if name != "gankit"]
        sentinel = {"action": "roll-back", "level": "warn"}
        return {"sentinel": sentinel} | ({"monitors": monitors} if monitors else {})


def rates(discriminator: Any, generator: Any, name: str = "adam", **options: Any) -> Table:
    """Return the changes that set the optimizers of both players."""
    both = {"discriminator": discriminator, "generator": generator}
    return {
        "players": {
            player: {"optimizer": {"name": name, "learning_rate": rate, **options}}
            for player, rate in both.items()
        }
    }


def _setting(dataset: Table, rate: float, latent: int, **changes: Any) -> Table:
    widths = [128, 128]
    networks: Table = {"name": "mlp", "latent": latent, "generator_norm": False}
    networks |= {"generator_widths": widths, "discriminator_widths": widths}
    return {
        "dataset": dataset,
        "architecture": networks,
        "loss": {"name": "bce"},
        **rates(rate, rate, beta_1=0.5),
        "training": {"epochs": 16, "batch_size": 64, "sample_every": 4},
        "metrics": [{"name": "frechet-distance"}, {"name": "clusters", "bins": 20}],
        "scoring": {"count": 500},
        **changes,
    }


COUNT = 64 * STEPS
FEW = {"name": "lights", "count": COUNT, "different": 16}
COPIES = {"metrics": [{"name": "frechet-distance"}, {"name": "neighbour-distance"}]}
SETTINGS = {
    "ring": _setting({"name": "ring", "count": COUNT, "spread": 0.05}, 1e-3, 2),
    "grid": _setting({"name": "grid", "count": COUNT, "spread": 0.2}, 1e-3, 2),
    "images": _setting({"name": "lights", "count": COUNT}, 5e-4, 16),
    "stripes": _setting({"name": "lights", "count": COUNT, "stripes": True}, 5e-4, 16),
    "few-spots": _setting(FEW, 5e-4, 16, **COPIES),
    "few-stripes": _setting(FEW | {"stripes": True}, 5e-4, 16, **COPIES),
}
