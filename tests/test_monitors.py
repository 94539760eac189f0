"""The monitors that come with gankit: what each sees of known images, and what it makes of traces.

`test_sentinel.py` has games that are made to fail.
"""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from keras import ops

import gankit
from gankit import testing
from gankit.discovery.plugins import load_plugins
from gankit.game.trace import Trace
from gankit.sentinel.guard import outlook_of
from gankit_standard import losses
from gankit_standard.monitors.diversity import Diversity
from gankit_standard.monitors.frozen import Frozen
from gankit_standard.monitors.gradients import Gradients
from gankit_standard.monitors.losses import Losses
from gankit_standard.monitors.memorisation import Memorisation
from gankit_standard.monitors.oscillation import Oscillation
from gankit_standard.monitors.overfitting import Overfitting
from gankit_standard.monitors.remedies import advice
from gankit_standard.monitors.saturation import Saturation
from gankit_standard.monitors.scores import Scores
from gankit_standard.monitors.targets import Targets
from gankit_standard.monitors.uninformative import Uninformative

NAN = math.nan
SWING = [0.1 if point % 6 < 3 else 4.0 for point in range(12)]
WILD = [1.0, 2.0, 0.5, 3.0] * 15
CASES = {
    "below-floor": (Losses, {"d_loss": [0.1, -0.01]}, {"d_loss": [0.1, 0.0]}),
    "worse-than-chance": (Losses, {"d_loss": [0.6, 0.6, 1.4]}, {"d_loss": [1.4, 1.4, 0.6, 1.3]}),
    "won, by its loss": (
        Losses,
        {"d_loss": [0.01] * 50, "g_loss": [3.0] * 50},
        {"d_loss": [0.01] * 50, "g_loss": [2.0] * 50},
    ),
    "outside": (
        Targets,
        {"target_low": [-0.1], "target_high": [1.0]},
        {"target_low": [0.0], "target_high": [1.0]},
    ),
    "won, as the score is stuck": (
        Saturation,
        {"ranked_right": [1.0] * 4, "g_grad_norm": [1.0] * 4, "score": [9.0, 8.95, 8.99, 9.5]},
        {"ranked_right": [0.9, 1.0, 1.0, 0.9], "g_grad_norm": [1.0] * 4, "score": [9.0] * 4},
    ),
    "won": (
        Saturation,
        {"ranked_right": [1.0] * 4, "g_grad_norm": [1.0, 0.1, 0.001, 0.001]},
        {"ranked_right": [0.9, 1.0, 1.0, 0.9] * 3, "g_grad_norm": [1.0] * 12},
    ),
    "wrong": (
        Saturation,
        {"ranked_right": [0.6, 0.3, 0.3], "step": [100, 201, 300]},
        {"ranked_right": [0.3, 0.3, 0.3, 0.5], "step": [50, 100, 200, 300]},
    ),
    "exploding": (
        Gradients,
        {"d_grad_norm": [1.0, 1.0, 101.0, 101.0]},
        {"d_grad_norm": [1.0, 101.0, 1.0, 99.0]},
    ),
    "vanishing": (
        Gradients,
        {"g_grad_norm": [1.0, 1.0, 0.009, 0.009]},
        {"g_grad_norm": [1.0, 0.009, 1.0, 0.02]},
    ),
    "frozen": (
        Frozen,
        {"g_weights": [3.0, 3.0, 3.0]},
        {"g_weights": [3.0, 3.0, 3.001, 3.001]},
    ),
    "mode-collapse": (
        Diversity,
        {"nearest": [0.5, 0.1, 0.1], "spread": [0.7] * 3, "step": [100, 300, 400]},
        {"nearest": [0.1, 0.1, 0.5], "spread": [0.7] * 3, "step": [100, 200, 300]},
    ),
    "runaway": (
        Diversity,
        {"spread": [1.0, 4.0, 4.0], "step": [100, 300, 400]},
        {"spread": [1.0, 4.0, 2.0], "step": [100, 300, 400]},
    ),
    "overfitting": (
        Overfitting,
        {"overfitting": [0.1, 0.6, 0.7], "overfitting_ranked": [0.9] * 3},
        {"overfitting": [0.1, 0.6, 0.7], "overfitting_ranked": [0.9, 0.55, 0.55]},
    ),
    "memorised": (Memorisation, {"copies": [0.2, 0.2]}, {"copies": [0.2, 0.4, 0.9]}),
    "degraded": (
        Scores,
        {"score": [20.0, 10.0, 10.0, 13.1, 13.1]},
        {"score": [20.0, 10.0, 10.0, 13.1, 12.9, 16.0]},
    ),
    "never-learned": (Scores, {"score": [100.0] + [90.0] * 7}, {"score": [100.0] + [70.0] * 7}),
    "spread": (
        Oscillation,
        {"spread": [1.0] * 3 + SWING},
        {"spread": [1.0] * 3 + [0.5 + 0.4 * (point % 2) for point in range(12)]},
    ),
    "ranking": (
        Oscillation,
        {"ranked_right": [0.9, 0.5, 0.95, 0.4, 0.9, 0.9, 0.4, 0.4]},
        {"ranked_right": [1.0, 0.65, 0.97, 0.6, 0.95, 0.6, 0.9, 0.9]},
    ),
    "losses that swing": (Oscillation, {"g_loss": WILD}, {"g_loss": [1.0, 2.0] * 30}),
    "uninformative": (
        Uninformative,
        {
            "score": [float(10 - point) for point in range(10)],
            "d_loss": [0.5] * 10,
            "g_loss": [1.0] * 10,
        },
        {
            "score": [float(10 - point) for point in range(10)],
            "d_loss": [0.5] * 10,
            "g_loss": [float(point) for point in range(10)],
        },
    ),
}


@pytest.mark.anywhere
@pytest.mark.parametrize("case", CASES)
def test_it_says_so_of_a_sick_trace_and_nothing_of_a_healthy_one(case):
    monitor, sick, healthy = CASES[case]
    testing.check_monitor(monitor, sick=sick, healthy=healthy, loss=losses.Bce())


def trace(loss=losses.Bce, better="low", **columns) -> Trace:
    count = len(next(iter(columns.values())))
    counted = {"step": list(range(1, count + 1)), "epoch": list(range(1, count + 1))}
    found = outlook_of(loss)
    return Trace(
        {**counted, **columns}, count, found.__class__(**{**vars(found), "better": better})
    )


def known_stabilizers() -> set[str]:
    return set(load_plugins().parts["stabilizers"])


def said(monitor, given: Trace) -> list[tuple[str, str]]:
    return [(verdict.name, verdict.level) for verdict in monitor.judge(given)]


@pytest.mark.anywhere
def test_a_critic_has_no_floor_and_a_penalty_is_no_wrong_answer():
    assert said(Losses(), trace(losses.Wasserstein, d_loss=[-9.0])) == []
    penalised = trace(d_loss=[0.5, 0.5, 1.5], r1=[0.3] * 3)
    assert said(Losses(), penalised) == [("worse-than-chance", "warn")]
    known = replace(penalised.outlook, penalties=("r1",))
    assert said(Losses(), Trace(penalised.columns, 3, known)) == []


@pytest.mark.anywhere
def test_a_critic_is_unbounded_if_its_slope_and_its_negative_loss_say_so():
    steep = {"slope": [1.0, 20.0, 30.0], "d_loss": [-1.0, -50.0, -90.0]}
    assert said(Gradients(), trace(losses.Wasserstein, **steep)) == [("unbounded", "warn")]
    assert said(Gradients(), trace(losses.Bce, **steep)) == []
    penalised = steep | {"d_loss": [-1.0, -50.0, 90.0]}
    assert said(Gradients(), trace(losses.Wasserstein, **penalised)) == []
    assert said(Gradients(), trace(losses.Wasserstein, **steep | {"slope": [0.5, 9.0, 9.0]})) == []


@pytest.mark.anywhere
def test_scores_warn_first_and_are_dead_later_whichever_way_is_better():
    assert said(Scores(), trace(score=[20.0] + [10.0] * 7 + [14.0] * 2)) == [("degraded", "warn")]
    assert said(Scores(), trace(score=[20.0] + [10.0] * 7 + [14.6] * 2)) == [("degraded", "dead")]
    high = trace(better="high", score=[0.4, 0.9, 0.9, 0.9] * 2 + [0.5] * 2)
    assert said(Scores(), high) == [("degraded", "dead")]
    lucky = [10.0, 10.0, 6.0, 10.0, 10.0]  # the best score, but not a level
    assert said(Scores(), trace(score=lucky)) == []
    assert said(Scores(), trace(score=[*lucky, 14.0, 14.0])) == [("degraded", "warn")]
    assert said(Scores(), trace(score=[10.0, 16.0, 16.0, NAN])) == []  # not scored at this point


@pytest.mark.anywhere
@pytest.mark.parametrize("case", CASES)
def test_no_monitor_recommends_what_a_game_has(case):
    monitor, sick, _ = CASES[case]
    (plain, *_) = monitor().judge(trace(**sick))
    wanted = [table["name"] for change in plain.changes for table in change.get("stabilizers", [])]
    assert set(wanted) == {name for name in known_stabilizers() if name in plain.remedy} - {
        "label-noise"  # which targets recommends instead of another
    }
    for name in wanted:
        given = trace(**sick)
        known = replace(given.outlook, stabilizers=(name,))
        (found, *_) = monitor().judge(Trace(given.columns, len(given), known))
        assert name not in found.remedy and name not in str(found.changes)
        assert [change for change in plain.changes if name not in str(change)] == found.changes


@pytest.mark.anywhere
def test_advice_is_a_sentence_of_what_is_left():
    steps = ("wait", ("add {}", "a", "b", "r1"), ("see with {}", "c"))
    given = trace(d_loss=[1.0])
    text, changes = advice(given, *steps)
    assert text == "wait, add a, b or r1, or see with c"
    assert [change["stabilizers"][0]["name"] for change in changes] == ["a", "b", "r1", "c"]
    known = replace(given.outlook, stabilizers=("a", "r1", "c"))
    text, changes = advice(Trace(given.columns, 1, known), *steps)
    assert text == "wait, or add b" and changes == [{"stabilizers": [{"name": "b"}]}]
    known = replace(given.outlook, stabilizers=("c",))
    assert advice(Trace(given.columns, 1, known), steps[2]) == ("", [])


@pytest.mark.anywhere
def test_a_discriminator_that_is_sure_while_the_generator_learns_is_only_noted():
    given = trace(ranked_right=[1.0] * 4, g_grad_norm=[1.0, 2.0, 2.0, 2.0])
    assert said(Saturation(), given) == [("sure", "note")]


def look(real, fake, held_out=None, examples=None, logits=None) -> gankit.Look:
    real, fake = (ops.convert_to_tensor(np.asarray(x, "float32")) for x in (real, fake))
    answers = [np.reshape(x, (-1, 1)).astype("float32") for x in (logits or ([0.0], [0.0]))]
    made = SimpleNamespace(
        real_images=real,
        fake_images=fake,
        real=ops.convert_to_tensor(answers[0]),
        fake=ops.convert_to_tensor(answers[1]),
    )
    kept = [SimpleNamespace(real=ops.convert_to_tensor(np.float32([held_out])))] if held_out else []
    return gankit.Look([made], kept, examples)


def watched(monitor, seen) -> dict[str, float]:
    return {name: float(value) for name, value in monitor.watch(seen).items()}


@pytest.mark.anywhere
def test_the_ranking_is_the_area_under_the_curve():
    found = watched(Saturation(), look([0], [0], logits=([1.0, 3.0], [0.0, 2.0, 3.0])))
    assert found["ranked_right"] == pytest.approx((1 + 0 + 0 + 1 + 1 + 0.5) / 6)


def test_the_distances_are_those_of_numpy():
    draw = np.random.default_rng(0)
    real, fake = draw.standard_normal((8, 4, 4, 1)), draw.standard_normal((8, 4, 4, 1)) / 4

    def distances(images):
        rows = images.reshape(8, -1)
        apart = np.linalg.norm(rows[:, None] - rows[None], axis=-1)
        return np.mean(np.min(apart + 1e9 * np.eye(8), axis=1)), apart.mean()

    expected = np.divide(distances(fake), distances(real))
    found = watched(Diversity(), look(real, fake))
    assert [found["nearest"], found["spread"]] == pytest.approx(expected, rel=1e-4)
    assert watched(Diversity(), look(real.reshape(8, 16), fake.reshape(8, 16))).keys() == {"spread"}


def test_no_linear_critic_has_a_slope_below_the_bound():
    draw = np.random.default_rng(5)
    real, fake = draw.normal(2, 1, (64, 3)), draw.normal(0, 3, (64, 3))
    weights = np.array([2.0, 1.0, -2.0])  # of length 3
    found = watched(Gradients(), look(real, fake, logits=(real @ weights, fake @ weights)))
    apart = ((real[:, None] - fake[None]) ** 2).sum(-1)
    gap = abs((real @ weights).mean() - (fake @ weights).mean())
    assert found["slope"] == pytest.approx(gap / math.sqrt(apart.mean()), rel=1e-4)
    assert found["slope"] < 3


def test_copies_are_nearer_to_examples_than_these_to_each_other():
    draw = np.random.default_rng(0)
    examples = draw.uniform(-1, 1, (80, 8, 8, 1)).astype("float32")
    copies = look(examples[:8], examples[70:78], examples=ops.convert_to_tensor(examples))
    others = draw.uniform(-1, 1, (64, 8, 8, 1))
    fresh = look(examples[:8], others, examples=ops.convert_to_tensor(examples))
    assert watched(Memorisation(), copies)["copies"] < 0.05
    assert watched(Memorisation(), fresh)["copies"] == pytest.approx(1, abs=0.1)


def test_held_out_images_at_the_place_of_generated_ones_are_overfitting():
    seen = look([0], [0], held_out=-1.0, logits=([3.0, 5.0], [0.0, -2.0]))
    assert watched(Overfitting(), seen)["overfitting"] == pytest.approx(1.0)
    assert watched(Overfitting(), look([0], [0])) == {}


def test_the_norm_of_weights_is_that_of_all_of_them():
    weights = [SimpleNamespace(value=ops.convert_to_tensor([3.0, 0.0]))]
    weights += [SimpleNamespace(value=ops.convert_to_tensor([[4.0]]))]
    found = Frozen().watch(gankit.Look(weights={"discriminator": weights}))
    assert float(found["d_weights"]) == pytest.approx(5.0) and len(found) == 1
