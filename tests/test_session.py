"""What a session measures as it goes: the means of an epoch's parts, and the speed."""

import numpy as np
import pytest

from gankit.messages import counted
from gankit.run.callbacks import Window
from gankit.run.session import Stopwatch

pytestmark = pytest.mark.anywhere


def test_means_since_the_last_point_are_those_of_the_steps():
    values = np.random.default_rng(0).uniform(size=12)
    window = Window()
    for start, stop in [(0, 5), (5, 6), (6, 12)]:
        found = window.means({"loss": float(values[:stop].mean())}, stop)
        assert found["loss"] == pytest.approx(values[start:stop].mean())


def test_an_accuracy_that_falls_to_zero_is_not_negative_by_rounding():
    window, right = Window(), np.float32(7)
    window.means({"accuracy": float(right / np.float32(11))}, 11)
    found = [window.means({"accuracy": float(right / np.float32(n))}, n) for n in range(12, 60)]
    assert {each["accuracy"] for each in found} == {0.0}


@pytest.mark.parametrize(
    ("steps", "speeds"),
    [
        ([1, 2, 3, 1, 2], [0, 64, 64, 64, 64]),
        ([1, 1, 1], [0, 64, 64]),  # epochs of one step
        ([4, 4, 4], [0, 256, 256]),  # epochs of one call
        ([4, 6, 4, 6], [0, 128, 128, 128]),
    ],
)
def test_the_speed_leaves_out_the_first_call(monkeypatch, steps, speeds):
    monkeypatch.setattr("time.perf_counter", iter(np.arange(9) / 2).__next__)
    watch, found = Stopwatch(images=32), []
    for step in steps:
        watch.mark(step)
        found.append(watch.speed)
    assert found == speeds


def test_a_count_has_its_noun():
    assert [counted(n, "step") for n in (0, 1, 2000)] == ["0 steps", "1 step", "2,000 steps"]
