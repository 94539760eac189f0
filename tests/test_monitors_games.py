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
from gankit_standard.monitors.diversity import Diversity
from gankit_standard.monitors.frozen import Frozen
from gankit_standard.monitors.gradients import Gradients
from gankit_standard.monitors.overfitting import Overfitting
from gankit_standard.monitors.saturation import Saturation
from gankit_standard.monitors.targets import Targets

ROWS, PACE = 32, 60


def likely(made, count=128) -> np.ndarray:
    """Return images that the untrained generator could have made: a game that is half won."""
    noise = np.random.default_rng(0).standard_normal((count, 8)).astype("float32")
    return np.uint8(np.clip(127.5 + 127.5 * np.asarray(made["generator"].predict(noise)), 0, 255))


def said(monitor, loss, rates, images=None, points=5, stabilizers=(), change=None, held_out=None):
    """Play a game, look at it after every few steps, and return the names of all verdicts."""
    made = networks()
    images = likely(made) if images is None else images
    if change:
        change(made)
    gan = GAN(made, loss, stabilizers)
    gan.compile({n: keras.optimizers.SGD(r) for n, r in zip(loss.players, rates)})
    data = Dataset(
        {"images": images}, held_out={"images": held_out} if held_out is not None else {}
    )
    watcher = Watcher(gan, data, [monitor], ROWS, seed=0)
    draw, rows, found = np.random.default_rng(1), [], set()
    for point in range(1, points + 1):
        gan.reset_metrics()
        for _ in range(PACE):
            chosen = draw.choice(len(images), ROWS, replace=len(images) < ROWS)
            logs = play(gan, images[chosen])
        place = {"step": float(PACE * point), "epoch": float(point)}
        rows.append({**logs, **watcher(point), **place})
        trace = Trace(columns(rows), point, outlook_of(loss, stabilizers))
        found |= {verdict.name for verdict in monitor.judge(trace)}
    return found


def silenced(made):
    """Make the generator deaf to its noise."""
    dense = made["generator"].layers[1]
    dense.set_weights([0 * dense.get_weights()[0], dense.get_weights()[1] + 0.5])


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
}


@pytest.mark.parametrize("case", CASES)
def test_a_game_made_to_fail_is_found(case):
    monitor, loss, rates, options, expected = CASES[case]
    assert expected <= said(monitor, loss, rates, **options)


@pytest.mark.parametrize(
    "monitor", [Frozen(), Diversity(), Targets(), Gradients(), Saturation(), Overfitting()]
)
def test_a_game_in_balance_is_not_accused(monitor):
    made = networks()
    images = likely(made, 256)
    held_out = images[128:]
    assert said(monitor, losses.Bce(), (0.1, 0.02), images[:128], held_out=held_out) == set()
