"""The cases of the corpus: each failure in at least two settings, and healthy controls."""

from collections.abc import Iterator, Mapping
from typing import Any

from gankit.bench.corpus import Case, Sign, Table, rates

Part = str | Mapping[str, Any]


def cases() -> dict[str, Case]:
    """Return all cases by name, the failures first."""
    return {case.name: case for case in (*_failures(), *_of_few_images(), *_controls())}


def _failures() -> Iterator[Case]:
    grows, explodes = _growing(200), _growing(120)
    exploding = {"gradients/exploding-d", "gradients/exploding-g", "diversity/runaway"}
    for setting in ("ring", "images"):
        for failure, changes, expected, sign in (
            ("collapse", rates(2e-5, 1e-2), {"diversity/mode-collapse"}, COLLAPSED),
            ("won", WON_GAME, {"saturation/won", "gradients/vanishing-g"}, WON),
            ("frozen-generator", rates(5e-4, 1e-12), {"frozen/frozen-g"}, Sign()),
            ("frozen-discriminator", rates(1e-12, 5e-4), {"frozen/frozen-d"}, Sign()),
            (
                "explosion",
                rates(explodes, explodes),
                exploding | {"losses/worse-than-chance"},
                SURE_OF_WRONG,
            ),
            ("unbounded", _game("wasserstein") | rates(5e-3, 5e-3), exploding, UNBOUNDED),
            (
                "floor",
                _game("bce", "outward-noise"),
                {"targets/outside", "losses/below-floor"},
                Sign(),
            ),
            ("degraded", rates(grows, grows), {"scores/degraded"}, DEGRADED),
            ("never-learned", rates(5e-4, 1e-7), {"scores/never-learned"}, NEVER_LEARNED),
            ("wrong", rates(1e-6, 1e-3), {"saturation/wrong"}, WRONG),
            ("not-finite", rates(1e6, 1e6), {"gankit/not-finite"}, Sign()),
        ):
            yield Case(failure, setting, changes, frozenset(expected), sign)
    swings = _game("minimax") | rates(0.01, 0.01, "sgd", momentum=0.9)
    for setting in ("ring", "grid"):
        longer = swings | {"training": {"epochs": 24}}
        yield Case("oscillation", setting, longer, frozenset({"oscillation/spread"}), SWINGS)


def _of_few_images() -> Iterator[Case]:
    for setting in ("few-spots", "few-stripes"):
        yield Case("memorised", setting, {}, frozenset({"memorisation/memorised"}), NEAR)
        found = frozenset({"overfitting/overfitting"})
        yield Case("overfitting", setting, _game("hinge"), found, BY_HEART)


def _controls() -> Iterator[Case]:
    r1, ema = {"name": "r1", "gamma": 0.1}, {"name": "ema", "decay": 0.99}
    calm = rates(1e-3, 3e-4, beta_1=0.0)
    for setting, games in {
        "ring": {
            "bce": _game("bce", r1, ema),
            "minimax": _game("minimax", r1, ema),
            "least-squares": _game("least-squares", r1, ema),
            "hinge": _game("hinge", r1, ema),
            "relativistic": _game("relativistic", r1, {"name": "r2", "gamma": 0.1}, ema),
            "wasserstein": _game("wasserstein", "gradient-penalty", ema) | calm,
        },
        "images": {
            "bce": _game("bce"),
            "minimax": _game("minimax", "spectral-norm", ema),
            "least-squares": _game("least-squares"),
            "hinge": _game("hinge", "spectral-norm"),
            "relativistic": _game("relativistic", r1),
            "wasserstein": _game("wasserstein", "gradient-penalty", ema),
        },
    }.items():
        for loss, game in games.items():
            yield Case("healthy", setting, game, variant=loss)


def _game(loss: str, *stabilizers: Part) -> dict[str, Any]:
    tables = [{"name": part} if isinstance(part, str) else dict(part) for part in stabilizers]
    return {"loss": {"name": loss}, "stabilizers": tables}


def _growing(steps: int) -> Table:
    """Return a learning rate that grows tenfold in so many steps."""
    growth = {"decay_steps": steps, "decay_rate": 10.0}
    return {"name": "exponential-decay", "initial_learning_rate": 5e-4, **growth}


# the generator learns by plain gradient descent, which a vanished gradient stops
WON_GAME = _game("minimax") | {
    "players": {
        "discriminator": {"optimizer": {"name": "adam", "learning_rate": 2e-3, "beta_1": 0.5}},
        "generator": {"optimizer": {"name": "sgd", "learning_rate": 1e-3}},
    }
}
COLLAPSED = Sign("clusters_covered", "below", 0.25, since=5)
WON = Sign("d_loss", "below", 0.07, since=5)
SURE_OF_WRONG = Sign("d_loss", "above", 1.4)
UNBOUNDED = Sign("frechet_distance", "above", 10.0, "best")
DEGRADED = Sign("frechet_distance", "above", 1.5, "best")
NEVER_LEARNED = Sign("frechet_distance", "above", 0.8, "first", since=8)
WRONG = Sign("d_loss", "above", 1.0, since=5)
SWINGS = Sign("frechet_distance", "above", 4.0, "best")
NEAR = Sign("neighbour_distance", "below", 1.0)
BY_HEART = Sign("d_acc", "above", 0.9)
