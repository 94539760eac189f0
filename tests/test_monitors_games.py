"""Small games that are really made to fail, each in one way, and what its monitor says of them."""

import keras
import numpy as np
import pytest
from games import networks, play
from small_parts import Outward

from gankit.data.dataset import Dataset
from gankit.game.gan import GAN
from gankit.game.trace import Trace
from gankit.sentinel.guard import outlook_of
from gankit.sentinel.log import columns
from gankit.sentinel.watcher import Watcher
from gankit_standard import losses
from gankit_standard.metrics.distances import frechet_distance
from gankit_standard.monitors.diversity import Diversity
from gankit_standard.monitors.frozen import Frozen
from gankit_standard.monitors.gradients import Gradients
from gankit_standard.monitors.losses import Losses
from gankit_standard.monitors.memorisation import Memorisation
from gankit_standard.monitors.oscillation import Oscillation
from gankit_standard.monitors.overfitting import Overfitting
from gankit_standard.monitors.saturation import Saturation
from gankit_standard.monitors.scores import Scores
from gankit_standard.monitors.targets import Targets
from gankit_standard.monitors.uninformative import Uninformative

pytestmark = [pytest.mark.anywhere, pytest.mark.long]

ROWS, PACE = 32, 60


def likely(made, count=128) -> np.ndarray:
    """Return images that the untrained generator could have made: a game that is half won."""
    noise = np.random.default_rng(0).standard_normal((count, 8)).astype("float32")
    return np.uint8(np.clip(127.5 + 127.5 * np.asarray(made["generator"].predict(noise)), 0, 255))


def verdicts(
    monitor,
    loss,
    rates,
    images=None,
    points=5,
    stabilizers=(),
    change=None,
    held_out=None,
    then=None,
    scored=False,
    beside=(),
):
    """Play a game, look at it after every few steps, and return its rows and the verdicts on each.

    `change` changes the networks before the game, `then` the game after each point; monitors
    `beside` it only watch.
    """
    made = networks()
    images = likely(made) if images is None else images
    if change:
        change(made)
    gan = GAN(made, loss, stabilizers)
    gan.compile({n: keras.optimizers.SGD(r) for n, r in zip(loss.players, rates)})
    data = Dataset(
        {"images": images}, held_out={"images": held_out} if held_out is not None else {}
    )
    watcher = Watcher(gan, data, [monitor, *beside], ROWS, seed=0)
    draw, rows, found = np.random.default_rng(1), [], []
    for point in range(1, points + 1):
        gan.reset_metrics()
        for _ in range(PACE):
            chosen = draw.choice(len(images), ROWS, replace=len(images) < ROWS)
            logs = play(gan, images[chosen])
        place = {"step": float(PACE * point), "epoch": float(point)}
        place |= {"score": distance(gan, images)} if scored else {}
        rows.append({**logs, **watcher(point), **place})
        trace = Trace(columns(rows), point, outlook_of(loss, stabilizers))
        found.append({verdict.name for verdict in monitor.judge(trace)})
        if then:
            then(gan, point)
    return rows, found


def said(*game, **options) -> set[str]:
    """Return the names of all verdicts on a game."""
    return set().union(*verdicts(*game, **options)[1])


def distance(gan, images) -> float:
    """Return the Fréchet distance of pixels of 256 samples."""
    noise = np.random.default_rng(2).standard_normal((256, 8)).astype("float32")
    fake = np.asarray(keras.ops.convert_to_numpy(gan.sample(noise))).reshape(256, -1)
    return frechet_distance(images.reshape(len(images), -1) / 127.5 - 1, fake)


def silenced(made):
    """Make the generator deaf to its noise."""
    dense = made["generator"].layers[1]
    dense.set_weights([0 * dense.get_weights()[0], dense.get_weights()[1] + 0.5])


def swinging(gan, point):
    """Make samples differ a lot, and hardly at all, in turns of three points."""
    *_, last, _ = gan.networks["generator"].layers
    kernel, *rest = last.get_weights()
    factor = {3: 0.02, 0: 50.0}.get(point % 6, 1.0)
    last.set_weights([factor * kernel, *rest])


def drifting(gan, point):
    """Move all samples away from the data, whatever the players do."""
    dense = gan.networks["generator"].layers[1]
    dense.set_weights([dense.get_weights()[0], dense.get_weights()[1] + 0.5])


def reversed_from(start, player):
    """Return what makes a player climb its loss from a point on."""

    def then(gan, point):
        if point == start:
            optimizer = gan.optimizer.by_player[player]
            optimizer.learning_rate = -optimizer.learning_rate

    return then


def dull(made):
    """Make the discriminator answer 0 to everything."""
    for weight in made["discriminator"].trainable_weights:
        weight.assign(0 * weight)


def copying(made):
    """Make the generator draw one of the training images, whatever its noise."""
    silenced(made)
    target = FEW[3].astype("float32")[None] / 127.5 - 1
    noise, body = np.zeros((1, 8), "float32"), made["generator"]
    body.compile("adam", "mse")
    body.optimizer.learning_rate = 0.01
    body.layers[1].kernel.trainable = False
    body.fit(noise, target, epochs=400, verbose=0)


BRIGHT = np.full((64, 8, 8, 1), 250, dtype=np.uint8)
FEW = likely(networks(), 64)  # which only memory can tell from other samples
EASY = {"images": BRIGHT}
OUTWARD = {"stabilizers": [Outward(0.3)]}
BY_HEART = {"images": FEW[:16], "held_out": FEW[16:]}
CASES = {
    "frozen generator": (Frozen(), losses.Bce(), (0.05, 0.0), {}, {"frozen-g"}),
    "frozen discriminator": (Frozen(), losses.Bce(), (0.0, 0.05), {}, {"frozen-d"}),
    "one image": (Diversity(), losses.Bce(), (0.05, 0.0), {"change": silenced}, {"mode-collapse"}),
    "outward noise": (Targets(), losses.Bce(), (0.05, 0.05), OUTWARD, {"outside"}),
    "no bound": (Gradients(), losses.Wasserstein(), (3e-3, 0.0), EASY, {"exploding-g"}),
    "too easy": (Saturation(), losses.Bce(), (0.5, 0.0), EASY, {"sure"}),
    "upside down": (Saturation(), losses.Bce(), (-0.3, 0.0), {"points": 7}, {"wrong"}),
    "by heart": (Overfitting(), losses.Bce(), (0.5, 0.0), BY_HEART, {"overfitting"}),
    "no floor": (Losses(), losses.Bce(), (0.5, 0.0), {**EASY, **OUTWARD}, {"below-floor"}),
    "sure of wrong answers": (
        Losses(),
        losses.Bce(),
        (0.1, 0.0),
        {**EASY, "then": reversed_from(3, "discriminator"), "points": 8},
        {"worse-than-chance"},
    ),
    "circles": (
        Oscillation(),
        losses.Bce(),
        (0.0, 0.0),
        {"then": swinging, "points": 14, "beside": [Diversity()]},
        {"spread"},
    ),
    "a copy": (
        Memorisation(),
        losses.Bce(),
        (0.0, 0.0),
        {"images": FEW, "change": copying},
        {"memorised"},
    ),
    "away from the data": (
        Scores(),
        losses.Bce(),
        (0.0, 0.0),
        {"then": drifting, "points": 12, "scored": True},
        {"degraded"},
    ),
    "nothing learned": (
        Scores(),
        losses.Bce(),
        (0.01, 0.0),
        {"images": BRIGHT, "points": 8, "scored": True},
        {"never-learned"},
    ),
    "a loss that says nothing": (
        Uninformative(),
        losses.Bce(),
        (0.0, 0.0),
        {"change": dull, "then": drifting, "points": 12, "scored": True},
        {"losses"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_game_made_to_fail_is_found(case):
    monitor, loss, rates, options, expected = CASES[case]
    assert expected <= said(monitor, loss, rates, **options)


MONITORS = (
    *(Diversity(), Frozen(), Gradients(), Losses(), Memorisation(), Oscillation()),
    *(Overfitting(), Saturation(), Targets()),
)


@pytest.mark.parametrize("monitor", MONITORS, ids=lambda monitor: type(monitor).__name__)
def test_a_game_in_balance_is_not_accused(monitor):
    made = networks()
    images = likely(made, 256)
    held_out = images[128:]
    assert said(monitor, losses.Bce(), (0.1, 0.02), images[:128], held_out=held_out) == set()


def test_a_game_that_learns_is_not_called_degraded():
    rows, found = verdicts(Scores(), losses.Bce(), (0.1, 0.1), spots(0), points=9, scored=True)
    assert rows[-1]["score"] < 0.8 * rows[0]["score"] and found == [set()] * 9


def spots(seed: int) -> np.ndarray:
    """Return spots of light at random places, which differ a lot."""
    draw, axis = np.random.default_rng(seed), np.linspace(-1, 1, 8)
    x, y = draw.uniform(-0.7, 0.7, (2, 256, 1, 1))
    light = np.exp(-((axis[None, None] - x) ** 2 + (axis[None, :, None] - y) ** 2) / 0.08)
    return np.uint8(255 * light)[..., None]


@pytest.mark.parametrize("loss", [losses.Bce(), losses.LeastSquares()])
def test_a_collapse_is_seen_while_the_frechet_distance_improves(loss):
    rows, found = verdicts(
        Diversity(), loss, (0.02, 0.1), spots(0), points=8, change=silenced, scored=True
    )
    assert "mode-collapse" in found[4] & found[5]  # later, some games recover
    scores = [row["score"] for row, names in zip(rows, found) if "mode-collapse" in names]
    assert min(scores) < 0.9 * rows[0]["score"]
