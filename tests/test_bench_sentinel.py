"""The corpus of `gankit bench sentinel`, and what is counted of its runs."""

import json
from collections import Counter

import pytest

from gankit.bench.corpus import PARTS, STEPS, Case, Sign
from gankit.bench.corpus_cases import cases
from gankit.bench.corpus_run import Played, visible
from gankit.bench.sentinel_table import Table, markdown, tables
from gankit.discovery.plugins import load_plugins

pytestmark = pytest.mark.anywhere

ALL = cases()
SICK = [case for case in ALL.values() if not case.healthy and not case.claim]


def test_each_failure_has_two_settings_and_each_loss_two_healthy_controls():
    settings = Counter(case.failure for case in SICK)
    assert len(settings) >= 12 and set(settings.values()) == {2}
    assert len(SICK) >= 24 and sum(case.healthy for case in ALL.values()) >= 10
    losses = Counter(case.changes["loss"]["name"] for case in ALL.values() if case.healthy)
    parts = load_plugins().parts["losses"].items()
    plain = [name for name, part in parts if "gankit_standard" in part.load().__module__]
    assert len(plain) == 6 and losses == dict.fromkeys(plain, 2)


@pytest.mark.parametrize("name", ALL)
def test_its_recipes_are_valid_and_of_one_length(name):
    recipe = ALL[name].read(3, load_plugins([PARTS]))
    assert recipe.seed == 3 and recipe.sentinel.action == "warn"
    assert len(recipe.dataset.make()) // recipe.training.batch_size == STEPS


def test_a_remedied_run_is_rolled_back_by_the_monitors_of_its_failure():
    recipe = ALL["collapse-ring"].read(0, load_plugins([PARTS]), remedied=True)
    assert [section.name for section in recipe.monitors] == ["diversity"]
    assert (recipe.sentinel.action, recipe.sentinel.level) == ("roll-back", "warn")


def curve(*values):
    return [(STEPS * (n + 1), value) for n, value in enumerate(values)]


@pytest.mark.parametrize(
    ("sign", "values", "epoch"),
    [
        (Sign("x", "below", 1.0), (2.0, 0.5, 2.0, 0.5, 0.5), 5),
        (Sign("x", "below", 1.0, since=3), (0.5, 0.5, 0.5, 0.5), 4),
        (Sign("x", "above", 1.5, "best"), (9.0, 4.0, 7.0, 7.0), 4),
        (Sign("x", "above", 0.8, "first"), (10.0, 7.0, 9.0, 9.0), 4),
        (Sign("x", "above", 10.0), (1.0, 20.0), None),
        (Sign("x", "swings", 4.0), (1.0, 9.0, 20.0, 4.0, 1.0, 3.9, 5.0, 4.0), 7),
        (Sign("x", "swings", 4.0), (1.0, 9.0, 20.0, 4.0, 1.0, 3.9, 3.0, 1.0), None),
    ],
)
def test_a_failure_is_visible_once_a_curve_has_passed_its_bound_twice(sign, values, epoch):
    assert visible(sign, curve(*values)) == (epoch and STEPS * epoch)


def test_a_failure_of_the_recipe_is_visible_at_once():
    assert visible(Sign(), []) == 1


CASE = Case("worse", "ring", {}, frozenset({"m/bad"}), Sign("d_loss", "above", 1.0))
CONTROL = Case("healthy", "ring")


@pytest.fixture
def played(tmp_path):
    """Return a function that writes a finished run with verdicts (name, level, epoch)."""

    def make(case, seed, verdicts, remedied=False, score=1.0, broken=0, covered=1.0):
        folder = tmp_path / f"{case.name}-{seed}-{'r-' if remedied else ''}jax"
        folder.mkdir()
        rows = [f"{n},{STEPS * n},{0.5 if n < 4 else 2.0}" for n in range(1, 13)]
        (folder / "history.csv").write_text("\n".join(["epoch,step,d_loss", *rows]))
        place = {"stage": 0, "epoch": 1, "monitor": "m", "since": 1, "reason": "", "name": "bad"}
        events = [
            {**place, "event": "begins", "name": name, "level": level, "step": STEPS * n}
            for name, level, n in verdicts
        ]
        if remedied:
            change = {"stabilizers": [{"name": "r1"}]}
            back = {"event": "rolls-back", "change": change, "step": 0, "at": 96, "to": "step-48"}
            events = [place | back]
        (folder / "verdicts.jsonl").write_text("\n".join(map(json.dumps, events)))
        scores = {"verb": "run", "epoch": 12, "step": STEPS * 12}
        scores["scores"] = {"frechet_distance": score, "clusters_covered": covered}
        (folder / "scores.jsonl").write_text(json.dumps(scores))
        (folder / "played.json").write_text(json.dumps({"seconds": 9.0, "broken": broken}))
        return Played.of(folder, case, seed, remedied)

    return make


def test_a_failure_is_in_time_within_three_epochs_of_being_visible(played):
    runs = [played(CASE, seed, [("bad", "warn", 5 + seed)]) for seed in (0, 3, 4)]
    assert [run.visible for run in runs] == [5 * STEPS] * 3
    assert [run.in_time for run in runs] == [True, True, False]
    other = played(CASE, 9, [("other", "dead", 2)])
    assert other.found is None and not other.in_time


def test_a_loss_that_is_not_finite_counts_as_a_verdict_and_as_the_worst_score(played):
    case = Case("not-finite", "ring", {}, frozenset({"gankit/not-finite"}))
    run = played(case, 0, [], broken=1003)
    assert (run.found, run.score) == (1003, float("inf"))


def test_the_tables_count_both_halves_alarms_and_remedies(played):
    runs = [
        played(CASE, 0, [("bad", "warn", 5)], score=4.0),
        played(CASE, 0, [], remedied=True, score=2.0),
        played(CASE, 1, [("bad", "warn", 12)], score=4.0),
        played(CASE, 1, [], remedied=True, score=8.0),
        played(CONTROL, 0, [("bad", "dead", 3), ("odd", "warn", 3)]),
        played(CONTROL, 1, [("odd", "warn", 3), ("fine", "note", 4)]),
    ]
    summary, failures, controls, remedies, _ = tables([CASE, CONTROL], runs)
    assert [row[1:] for row in summary.rows[1:]] == [
        ("1 of 1", "1 of 1 runs", "0"),
        ("0 of 1", "0 of 1 runs", "1"),
    ]
    assert failures.rows[1][2:] == ("5, 5", "5, 12", "m/bad", "1 of 2")
    assert controls.rows[1] == ("healthy-ring", "2", "1", "1")
    assert remedies.rows[1] == ("worse-ring", "r1", "4", "5", "1 of 2")
    assert markdown(Table("", [("a", "b"), ("1", "2")])) == [
        "| a | b |",
        "| --- | --- |",
        "| 1 | 2 |",
    ]


def test_what_is_said_to_help_is_compared_with_doing_nothing_and_with_the_remedy(played):
    found = frozenset({"m/bad"})
    collapse, claim = (Case("collapse", "ring", {}, found, CASE.sign, v) for v in ("", "stronger"))
    runs = [
        played(collapse, 0, [("bad", "dead", 5)], score=9.0, covered=0.1),
        played(collapse, 0, [], remedied=True, score=2.0, covered=0.9),
        played(claim, 0, [], score=1.0, covered=0.8),
        played(claim, 1, [("bad", "dead", 5)], score=3.0, covered=0.2),
    ]
    summary, failures, *_, claims = tables([collapse, claim], runs)
    assert [row[1] for row in summary.rows[1:]] == ["1 of 1", "0 of 0"] and len(failures.rows) == 2
    assert claims.rows[1:] == [
        ("ring", "none", "9", "10%", "1 of 1"),
        ("ring", "r1", "2", "90%", "0 of 1"),
        ("ring", "stronger", "1", "80%", "0 of 1"),  # the seed of all
    ]


@pytest.mark.slow
def test_the_benchmark_goes_on_where_it_was_stopped(gankit, tmp_path):
    words = ["bench", "sentinel", "--arms", "not-finite-ring", "--seeds", 1, "--out", "found"]
    code, out, _ = gankit(*words)
    assert code == 0 and "gankit/not-finite" in out and "1 of 1" in out
    *_, done = sorted((tmp_path / "found").iterdir())
    before = (done / "played.json").stat().st_mtime_ns
    code, again, _ = gankit(*words)
    assert code == 0 and "0:" not in again
    assert (done / "played.json").stat().st_mtime_ns == before
    (done / "case.toml").write_text("seed = 5")
    code, _, error = gankit(*words)
    assert code == 1 and "other settings" in error
