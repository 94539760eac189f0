"""Logs as traces, points, verdicts over time, and recipes that go on with a change."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from recipe_reading import PARTS

from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.game.monitor import Monitor
from gankit.game.trace import Outlook, Trace
from gankit.game.verdict import Verdict
from gankit.recipe.recipe import check_recipe
from gankit.reporting.diagnosis import diagnose
from gankit.run.events import EventLog
from gankit.run.remedy import changed
from gankit.sentinel import log
from gankit.sentinel.guard import outlook_of
from gankit.sentinel.judging import Judging, replay
from gankit.sentinel.log_reading import read_table
from gankit_standard.losses import Bce
from gankit_standard.monitors.losses import Losses

pytestmark = pytest.mark.anywhere

# Of a published log of a DCGAN on LEGO bricks with noise on the targets that leaves [0, 1].
LEGO = Path(__file__).with_name("lego_dcgan_log.csv")
DEAD = (50, 66, 92)  # the first epochs of the stretches in which d_acc is .5


def test_the_log_of_the_tutorial_is_below_its_floor_and_worse_than_chance_before_each_death():
    trace = read_table(LEGO, {}, outlook_of(Bce))
    events = [e for each in replay(Judging({"losses": Losses()}), trace) for e in each]
    begun = [(e["name"], e["epoch"]) for e in events if e["event"] == "begins"]
    assert begun[0] == ("below-floor", 8)
    worse = [epoch for name, epoch in begun if name == "worse-than-chance"]
    assert worse == [first - 1 for first in DEAD]
    accuracy = trace.columns["d_acc"]
    assert [n + 1 for n in range(1, 100) if accuracy[n] == 0.5 != accuracy[n - 1]] == list(DEAD)


def test_a_table_is_diagnosed_by_its_columns_and_what_is_strange_is_refused(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("D,G\n0.5,1\n-0.1,2\n")
    found = diagnose(path, "bce", {"d_loss": "D", "g_loss": "G"})
    assert [event["name"] for event in found.events] == ["below-floor"]
    assert [held.verdict.level for held in found.standing] == ["dead"]
    assert diagnose(path, None, {"d_loss": "D"}).events == []  # of which no bound is known
    with pytest.raises(GankitError, match="no loss and no score"):
        diagnose(path, "bce")
    with pytest.raises(GankitError, match='no column "E"'):
        diagnose(path, "bce", {"d_loss": "E"})
    with pytest.raises(GankitError, match="no run, table or folder"):
        diagnose(tmp_path / "nothing")


def test_events_of_tensorboard_are_diagnosed(tmp_path):
    events = EventLog(tmp_path)
    for step, loss in enumerate((0.5, 0.4, -0.2)):
        events.scalars({"errD": loss, "errG": 1.0}, step)
    events.close()
    (event,) = diagnose(tmp_path, "bce").events
    assert (event["name"], event["step"]) == ("below-floor", 2)


def test_points_are_the_means_of_all_steps_since_the_last_one():
    losses = np.random.default_rng(0).random((2, 100))  # of two epochs
    lines = []
    for epoch in (0, 1):
        for step in (32, 64, 96, 100):
            mean = losses[epoch, :step].mean()
            seen = {"spread": float(step)} if step != 100 else {}
            place = {"epoch": epoch + 1, "step": 100 * epoch + step, "step_of_epoch": step}
            lines.append({**place, "point": step == 100, "means": {"d_loss": mean}, "seen": seen})
    found = list(log.points(lines))
    assert [point["d_loss"] for point in found] == pytest.approx(losses.mean(axis=1))
    assert [point["spread"] for point in found] == pytest.approx([64.0, 64.0])
    assert [point["step"] for point in found] == [100, 200]


def test_a_point_is_an_epoch_or_a_part_of_a_long_one_or_several_short_ones():
    assert [log.closes_point(n, True, False) for n in (10, 48, 5000)] == [False, True, True]
    assert [log.closes_point(n, False, True) for n in (999, 1000)] == [False, True]
    assert [log.looks_every(n) for n in (10, 100, 10_000)] == [32, 32, 500]


class Low(Monitor):
    def judge(self, trace):
        (value,) = trace.last("x")
        if value < 1:
            yield Verdict("low", "warn" if value > 0 else "dead", f"{value}", points=2)


def test_a_verdict_begins_once_gets_worse_once_and_ends_after_two_points_without_it():
    values = [2.0, 0.5, 0.5, -1.0, 0.5, 2.0, 0.5, 2.0, 2.0, 2.0]
    steps = [10 * n for n in range(1, 11)]
    trace = Trace({"x": values, "step": steps, "epoch": steps}, len(values))
    judging = Judging({"low": Low()})
    told = [(e["event"], e["level"], e["step"]) for es in replay(judging, trace) for e in es]
    assert told == [("begins", "warn", 20), ("begins", "dead", 40), ("ends", "dead", 90)]
    assert [judging.healthy(step) for step in (0, 1, 90, 91)] == [True, False, False, True]


def test_half_a_line_is_passed_over_and_later_ones_are_forgotten(tmp_path):
    path = tmp_path / "health.jsonl"
    for step in (10, 20, 30):
        place = {"stage": 0, "epoch": 1, "step": step}
        log.add(path, {**place, "event": "goes-back", "to": "step-5", "change": {}})
    with path.open("a") as file:
        file.write('{"step": 4')
    log.forget(path, 20)
    assert [json.loads(line)["step"] for line in path.read_text().splitlines()] == [10, 20]


RECIPE = {
    "dataset": {"name": "dots"},
    "architecture": {"name": "tiny"},
    "loss": {"name": "bce"},
    "training": {"epochs": 10},
}
SMOOTHER = {"stabilizers": [{"name": "label-smoothing", "amount": 0.2}]}


def epochs(table: dict) -> list[int]:
    recipe = check_recipe(table, load_plugins([PARTS]), "changed")
    return [stage.training.epochs for stage in recipe.stages()]


def test_a_recipe_goes_on_changed_from_the_middle_of_a_stage():
    recipe = check_recipe(RECIPE, load_plugins([PARTS]), "plain")
    table = changed(recipe, 0, 4, SMOOTHER)
    assert epochs(table) == [4, 6]
    found = check_recipe(table, load_plugins([PARTS]), "changed").stages()
    assert [[part.name for part in stage.stabilizers] for stage in found] == [
        [],
        ["label-smoothing"],
    ]
    assert epochs(changed(recipe, 0, 0, SMOOTHER)) == [10]
    with pytest.raises(GankitError, match="finished"):
        changed(recipe, 0, 10, SMOOTHER)
    smooth = check_recipe({**RECIPE, **SMOOTHER}, load_plugins([PARTS]), "smooth")
    with pytest.raises(GankitError, match="already has all these changes"):
        changed(smooth, 0, 4, SMOOTHER)


def test_the_stages_after_it_keep_their_epochs():
    stages = [{}, {"training": {"batch_size": 8}}, {"training": {"epochs": 3}}]
    recipe = check_recipe({**RECIPE, "stages": stages}, load_plugins([PARTS]), "stages")
    assert epochs(changed(recipe, 0, 4, SMOOTHER)) == [4, 6, 10, 3]
    assert epochs(changed(recipe, 1, 0, SMOOTHER)) == [10, 10, 3]


def test_a_window_is_so_many_steps_or_so_many_points():
    steps = [1000.0 * n for n in range(1, 21)]
    trace = Trace({"step": steps}, 20, Outlook())
    assert trace.span(5000, 50) == 6
    assert trace.until(4).span(5000, 50) == 0
    assert Trace({"step": list(range(60))}, 60).span(5000, 50) == 50
    assert math.isnan(trace.last("d_loss")[0]) and trace.all("d_loss") == []
