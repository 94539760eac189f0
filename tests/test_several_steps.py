"""Several steps in one call of JAX have the bits of steps that are called one by one."""

import csv
import json
import signal

import keras
import numpy as np
import pytest
from games import game, values
from keras import layers
from shared_games import RING
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from test_stabilizers_grid import LOSSES, made
from trained_runs import assert_same_bits, resume, train

import gankit
from gankit.data.batches import Batches
from gankit.errors import Interrupted
from gankit.run.session import Session
from gankit_standard.stacked_mnist import Stacks

pytestmark = pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX has such calls")

RECIPE = (
    RING.replace("epochs = 4\nbatch_size = 32\ncheckpoint_every = 5", "batch_size = 8\nepochs = 2")
    + "checkpoint_every = 20\n[[stages]]\n[[stages]]\nplayers.discriminator.repeats = 3\n"
)
CLOCKS = {"images_per_second": "", "seconds": ""}
GAMES = {
    "parts of a batch": (["ema", "label-noise"], {"repeats": {"discriminator": 2}}),
    "one pass": (["instance-noise"], {"simultaneous": True}),
    "some updates": (["adaptive-balance", "r1"], {}),
}


@pytest.fixture
def several(monkeypatch):
    """Play images in calls, as on a GPU; as many steps as anybody lets pass."""
    from gankit.engine.jax import several

    monkeypatch.setattr(several, "pays", lambda arrays: True)
    monkeypatch.setattr(several, "SECONDS", 100.0)
    return several


class Logs(keras.callbacks.Callback):
    """Keeps the logs of each step, and how many were played in each call."""

    def __init__(self):
        super().__init__()
        self.steps, self.calls = [], []

    def on_train_batch_end(self, batch, logs=None):
        played = self.model.played(logs)
        self.calls.append(len(played))
        self.steps += [{name: float(value) for name, value in each.items()} for each in played]
        assert {name: float(value) for name, value in logs.items()} == self.steps[-1]


def dense():
    """Return two networks without convolutions, which a CPU computes otherwise in a loop."""
    noise, images = keras.Input((3,)), keras.Input((8, 8, 1))
    grey = layers.Dense(64, activation="tanh")(layers.BatchNormalization()(noise))
    y = layers.LeakyReLU()(layers.Dense(8)(layers.Flatten()(images)))
    y = layers.Dense(1)(gankit.layers.Dropout(0.3, seed=1)(y))
    generator = keras.Model(noise, layers.Reshape((8, 8, 1))(grey))
    return {"generator": generator, "discriminator": keras.Model(images, y)}


@pytest.mark.parametrize(("names", "turns"), GAMES.values(), ids=GAMES)
def test_steps_have_the_same_bits_in_a_call(images, several, names, turns):
    data = gankit.Dataset({"images": images, "labels": np.arange(64) % 2}, "ab", flip=True)

    def play(divided):
        gan = game(LOSSES["bce"](), [made(name) for name in names], made=dense(), **turns)
        for variable, value in zip(gan.variables, start):
            variable.assign(value)
        start[:] = values(gan.variables)
        logs = Logs()
        for epoch in range(2):
            batches = Batches(data, 4, seed=1, epoch=epoch, start=3 * epoch)
            lengths = iter([3, 2, 5, 100])
            steps = gan.epoch_of(batches, lengths.__next__) if divided else batches
            gan.fit(steps, verbose=0, shuffle=False, callbacks=[logs])
        return values([*gan.variables, *gan.optimizer.variables]), logs

    start = []
    (one, singly), (other, together) = play(False), play(True)
    assert set(singly.calls) == {1}
    assert together.calls == [1, 1, 4, 10, 3, 2, 5, 3]  # the first compiles, the second is timed
    assert together.steps == singly.steps
    assert [x.tobytes() for x in one] == [x.tobytes() for x in other]


def rows(run):
    return [row | CLOCKS for row in csv.DictReader((run / "history.csv").open())]


def scalars(run):
    """Return the points of all charts but the speed."""
    found = EventAccumulator(str(run)).Reload()
    tags = [tag for tag in found.Tags()["scalars"] if "speed" not in tag]
    return {tag: [(point.step, point.value) for point in found.Scalars(tag)] for tag in tags}


@pytest.mark.long
def test_a_run_is_the_same_however_its_steps_are_called(tmp_path, several, monkeypatch):
    def interrupt(session, count):
        END(session, count)
        if session.place.steps in range(30, 60):
            signal.raise_signal(signal.SIGINT)

    END = Session.end_steps
    runs = [tmp_path / name for name in ("together", "stopped", "singly")]
    train(tmp_path, RECIPE, "together")
    with monkeypatch.context() as patch, pytest.raises(Interrupted) as stopped:
        patch.setattr(several, "MOST", 7)
        patch.setattr(Session, "end_steps", interrupt)
        train(tmp_path, RECIPE, "stopped")
    assert 30 <= stopped.value.steps < 60
    resume(tmp_path / "stopped")
    monkeypatch.setattr(several, "pays", lambda arrays: False)
    train(tmp_path, RECIPE, "singly")
    for run in runs[:2]:
        assert_same_bits(run, runs[2])
        assert rows(run) == rows(runs[2])
        assert (run / "health.jsonl").read_text() == (runs[2] / "health.jsonl").read_text()
    assert json.loads((runs[0] / "health.jsonl").read_text().splitlines()[0])["step"] == 32
    assert scalars(runs[0]) == scalars(runs[2])


def test_a_call_is_as_long_as_a_moment(several, monkeypatch):
    monkeypatch.setattr(several, "SECONDS", 0.1)
    pace, found = several.Pace(), []
    for seconds in (9.0, 0.001, 0.001, 0.001, 0.001, 0.001, 0.5, 0.001):  # of a step
        pace.mark(pace.steps, pace.steps * seconds)
        found.append(pace.steps)
    assert found == [1, 4, 16, 64, 100, 100, 1, 4]


def test_only_small_points_are_called_together_on_a_cpu(images, monkeypatch):
    from gankit.engine.jax import several

    points = {"images": np.zeros((8, 2), "float32")}
    assert several.pays(points) and not several.pays({"images": images})
    made = Stacks(np.zeros((4, 8, 8), "uint8"), np.zeros((6, 3), int))
    assert not several.pays({"images": made})
    monkeypatch.setattr(several, "ON_CPU", 63)
    assert not several.pays(points)


def test_a_cpu_is_spared_convolutions_in_a_loop(several):
    noise, points = keras.Input((3,)), keras.Input((8,))
    y = layers.Conv1D(2, 3)(layers.Reshape((8, 1))(points))
    discriminator = keras.Model(points, layers.Dense(1)(layers.Flatten()(y)))
    networks = {"generator": keras.Model(noise, layers.Dense(8)(noise))}
    gan = game(LOSSES["bce"](), made=networks | {"discriminator": discriminator})
    data = gankit.Dataset({"images": np.zeros((32, 8), "float32")})
    logs = Logs()
    gan.fit(gan.epoch_of(Batches(data, 4, 0)), verbose=0, shuffle=False, callbacks=[logs])
    assert logs.calls == [1] * 8
