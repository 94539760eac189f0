"""The cases of the corpus: each failure in two settings, healthy controls, and claims."""

from collections.abc import Iterator, Mapping
from typing import Any

from gankit.bench.corpus import Case, Sign, Table, rates
from gankit.recipe.overrides import override

Part = str | Mapping[str, Any]


def cases() -> dict[str, Case]:
    """Return all cases by name, the failures first."""
    groups = (*_failures(), *_of_few_images(), *_controls(), *_claims())
    return {case.name: case for case in groups}


def _failures() -> Iterator[Case]:
    grows, explodes = _growing(200), _growing(120)
    exploding = {"gradients/exploding-d", "gradients/exploding-g", "diversity/runaway"}
    for setting in ("ring", "images"):
        for failure, changes, expected, sign in (
            ("collapse", COLLAPSING[setting], {"diversity/mode-collapse"}, COLLAPSED),
            ("frozen-generator", rates(5e-4, 1e-12), {"frozen/frozen-g"}, Sign()),
            ("frozen-discriminator", rates(1e-12, 5e-4), {"frozen/frozen-d"}, Sign()),
            (
                "explosion",
                rates(explodes, explodes),
                exploding | {"losses/worse-than-chance"},
                SURE_OF_WRONG,
            ),
            (
                "unbounded",
                _game("wasserstein") | rates(5e-3, 1e-4),
                {"gradients/unbounded"},
                UNBOUNDED,
            ),
            ("degraded", rates(grows, grows), {"scores/degraded"}, DEGRADED),
            ("never-learned", rates(5e-4, 1e-7), {"scores/never-learned"}, NEVER_LEARNED),
            ("wrong", rates(1e-6, 1e-3), {"saturation/wrong"}, WRONG),
            ("not-finite", rates(1e6, 1e6), {"gankit/not-finite"}, Sign()),
        ):
            advised = not expected & WITHOUT_REMEDY
            yield Case(failure, setting, changes, frozenset(expected), sign, remedy=advised)
    won = frozenset({"saturation/won", "gradients/vanishing-g"})
    for setting in ("images", "stripes"):
        yield Case("won", setting, WON_GAME, won, WON)
    impossible = frozenset({"targets/outside", "losses/below-floor"})
    for setting, amount, own in (("images", 1.0, (3e-3, 3e-4)), ("stripes", 0.3, (2e-3, 5e-4))):
        game = _game("bce", {"name": "outward-noise", "amount": amount})
        yield Case("floor", setting, game | rates(*own, beta_1=0.5), impossible)
    circles = frozenset({"oscillation/spread", "oscillation/ranking"})
    swings = _game("minimax") | rates(0.01, 0.01, "sgd", momentum=0.9)
    for setting in ("ring", "grid"):
        longer = swings | {"training": {"epochs": 24}}
        yield Case("oscillation", setting, longer, circles, SWINGS)


def _of_few_images() -> Iterator[Case]:
    for setting in ("few-spots", "few-stripes"):
        yield Case("memorised", setting, COPIED, frozenset({"memorisation/memorised"}), NEAR)
        found = frozenset({"overfitting/overfitting"})
        yield Case("overfitting", setting, _game("hinge"), found, BY_HEART)


def _claims() -> Iterator[Case]:
    """Yield mode collapse with a stronger discriminator, which is said to help, and not to help."""
    turns = {"players": {"discriminator": {"repeats": 4}}, "training": {"epochs": 64}}
    faster = {"ring": rates(2e-3, 2e-3, beta_1=0.9), "images": rates(2e-4, 1e-2)}
    collapse = frozenset({"diversity/mode-collapse"})
    for setting, slow in COLLAPSING.items():
        more = override(slow, turns, "four turns")
        for variant, changes in {"ten-times-as-fast": faster[setting], "four-turns": more}.items():
            yield Case("collapse", setting, changes, collapse, COLLAPSED, variant)


def _controls() -> Iterator[Case]:
    r1, ema = {"name": "r1", "gamma": 0.1}, {"name": "ema", "decay": 0.99}
    penalty, critic = {"name": "gradient-penalty", "weight": 1.0}, rates(2e-3, 5e-4, beta_1=0.5)
    for setting, games in {
        "ring": {
            "bce": _game("bce", r1, ema),
            "minimax": _game("minimax", r1, ema),
            "least-squares": _game("least-squares", r1, ema),
            "hinge": _game("hinge", r1, ema),
            "relativistic": _game("relativistic", r1, {"name": "r2", "gamma": 0.1}, ema),
            "wasserstein": _game("wasserstein", penalty, ema) | critic,
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


COLLAPSING = {"ring": rates(2e-4, 2e-3, beta_1=0.9), "images": rates(2e-5, 1e-2)}
WITHOUT_REMEDY = {"frozen/frozen-d", "frozen/frozen-g", "scores/never-learned", "gankit/not-finite"}
# the generator learns by plain gradient descent, which a vanished gradient stops
WON_GAME = _game("minimax") | {
    "players": {
        "discriminator": {"optimizer": {"name": "adam", "learning_rate": 2e-3, "beta_1": 0.5}},
        "generator": {"optimizer": {"name": "sgd", "learning_rate": 0.03}},
    }
}
COPIED = rates(1e-3, 1e-3, beta_1=0.5) | {"dataset": {"different": 8}, "training": {"epochs": 32}}
COLLAPSED = Sign("clusters_covered", "below", 0.25, since=5)
WON = Sign("d_loss", "below", 0.07, since=5)
SURE_OF_WRONG = Sign("d_loss", "above", 1.4)
UNBOUNDED = Sign("d_loss", "below", -50.0)  # no two images here are as far apart
DEGRADED = Sign("frechet_distance", "above", 1.5, "best")
NEVER_LEARNED = Sign("frechet_distance", "above", 0.8, "first", since=8)
WRONG = Sign("d_loss", "above", 1.0, since=5)
SWINGS = Sign("frechet_distance", "swings", 4.0)
NEAR = Sign("neighbour_distance", "below", 0.2, "first", since=5)
BY_HEART = Sign("d_acc", "above", 0.7, since=5)
