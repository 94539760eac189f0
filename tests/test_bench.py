"""What `gankit bench` counts, on samples of which the answer is known."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from gankit.bench.arms import arms
from gankit.bench.mixture_scores import MIXTURES, Mixture, MixtureScore
from gankit.bench.rejection import rejection_sample
from gankit.bench.results import Results, Row
from gankit.bench.table import table, with_error
from gankit.bench.training import budget
from gankit.errors import GankitError
from gankit_toy.modes import grid, grid_modes, ring, ring_modes

pytestmark = pytest.mark.anywhere

RING, GRID = MIXTURES["ring"], MIXTURES["grid"]


def test_the_modes_are_those_of_the_data():
    for mixture, modes, data in ((RING, ring_modes(), ring), (GRID, grid_modes(), grid)):
        assert sorted(map(tuple, mixture.centroids.round(9))) == sorted(map(tuple, modes.round(9)))
        score = mixture.score(data(200_000).arrays["images"])
        assert score.modes == len(modes)
        assert score.high_quality == pytest.approx(1 - np.exp(-4.5), abs=1e-3)  # Rayleigh
        assert score.reverse_kl < 1e-3
        assert score.spread == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize("mixture", [RING, GRID])
def test_a_sample_at_three_sigma_is_of_high_quality_and_one_beyond_is_not(mixture):
    at = mixture.centroids[0] + [3 * mixture.std, 0]
    away = np.hypot(*(at - mixture.centroids[0]))
    limit = 3 * mixture.std
    inside = mixture.centroids[0] + (at - mixture.centroids[0]) * (limit / away) * (1 - 1e-12)
    beyond = mixture.centroids[0] + (at - mixture.centroids[0]) * (1 + 1e-6)
    score = mixture.score(np.array([inside, beyond, beyond, beyond]))
    assert (score.modes, score.high_quality) == (1, 0.25)


def test_exactly_three_sigma_are_within():
    exact = Mixture(np.zeros((1, 2)), 1.0)
    assert exact.score(np.array([[3.0, 0.0], [0.0, -3.0]])).high_quality == 1
    assert exact.score(np.array([[np.nextafter(3.0, 4.0), 0.0]])).modes == 0


def test_a_mode_needs_one_sample_of_high_quality():
    points = np.concatenate([RING.centroids[[0, 0, 1]], 1.5 * RING.centroids[[2]]])
    score = RING.score(points)
    assert (score.modes, score.high_quality) == (2, 0.75)
    # Fractions ½, ¼ and ¼ of 8 modes: what is far from its mode counts where it is nearest.
    assert score.reverse_kl == pytest.approx(0.5 * np.log(4) + 2 * 0.25 * np.log(2))


@pytest.mark.parametrize("present", [1, 3, 8])
def test_reverse_kl_of_equal_fractions_of_some_modes_is_a_logarithm(present):
    points = np.repeat(RING.centroids[:present], 10, axis=0)
    assert RING.score(points).reverse_kl == pytest.approx(np.log(8 / present))


@pytest.mark.parametrize("shrunk", [0.25, 0.5, 1.0])
def test_spread_is_measured_around_the_mean_of_each_mode(shrunk):
    draw = np.random.default_rng(0)
    noise = draw.standard_normal((4, 20_000, 2))
    noise = noise[:, np.hypot(*noise.mean(axis=0).T) >= 0]
    points = GRID.centroids[:4, None] + 0.05 * shrunk * noise + [0.01, -0.01]
    found = GRID.score(points.reshape(-1, 2)).spread
    cut = np.sqrt(1 - 4.5 * np.exp(-4.5) / (1 - np.exp(-4.5)))  # of real points, cut at 3σ
    assert found == pytest.approx(shrunk / cut if shrunk < 1 else 1, rel=0.02)


def test_what_is_accepted_has_the_density_of_the_data():
    draws = np.random.default_rng(1)

    def draw():
        """Return x uniform on [0, 1], and log r where the data has the density r = 2x."""
        x = draws.random((2, 20_000))
        return x, np.log(2 * x)

    kept = rejection_sample(draw, 50_000, seed=0, quantile=1.0)
    assert kept.shape == (2, 50_000)
    for copy in kept:
        fractions = np.arange(1, 50_001) / 50_000
        assert np.abs(np.sort(copy) ** 2 - fractions).max() < 0.012  # P(X ≤ x) = x²
    assert not np.array_equal(*kept)


def test_a_discriminator_that_cannot_tell_accepts_all():
    points = np.random.default_rng(0).random((1, 100, 2))
    kept = rejection_sample(lambda: (points, np.zeros((1, 100))), 100, seed=0)
    np.testing.assert_array_equal(kept, points)


def test_each_copy_has_a_bound_of_its_own():
    points = np.arange(20.0).reshape(2, 10)
    logits = np.stack([np.zeros(10), np.full(10, -50.0)])
    np.testing.assert_array_equal(rejection_sample(lambda: (points, logits), 10, seed=0), points)


def test_steps_scale_the_schedules():
    arm = arms("ring")["best"]
    recipe, lengths = budget(arm)
    halved, fewer = budget(arm, sum(lengths) // 2)
    assert sum(fewer) == pytest.approx(sum(lengths) / 2, abs=len(lengths))
    for one, other in ((recipe, lengths), (halved, fewer)):
        for player in one.players.values():
            rate = player.optimizer.options["learning_rate"]
            assert rate.options["decay_steps"] == pytest.approx(sum(other), abs=1)


@pytest.mark.parametrize("points", ["ring", "grid"])
def test_the_plain_arm_has_the_published_settings(points):
    recipe, (steps,) = budget(arms(points)["plain"])
    assert recipe.architecture.options["generator_widths"] == (400,) * 4
    assert recipe.architecture.options["discriminator_widths"] == (200,) * 3
    assert recipe.architecture.options["maxout"] == 5
    assert recipe.training.batch_size == 100 and steps >= 1000
    for player in recipe.players.values():
        optimizer = player.optimizer.options
        assert (optimizer["learning_rate"], optimizer["beta_1"]) == (1e-4, 0.8)


@pytest.mark.parametrize("points", ["ring", "grid"])
@pytest.mark.parametrize(
    ("name", "latent", "discriminator", "rate", "batch"),
    [("unrolled", 256, (128, 128), 1e-4, 512), ("veegan", 254, (128,), 1e-3, 500)],
)
def test_the_arms_that_collapse_have_the_published_settings(
    points, name, latent, discriminator, rate, batch
):
    recipe, (steps,) = budget(arms(points)[f"plain-{name}"])
    networks = recipe.architecture.options
    assert (networks["latent"], networks["activation"], networks["maxout"]) == (latent, "relu", 1)
    assert networks["generator_widths"] == (128, 128)
    assert networks["discriminator_widths"] == discriminator
    assert not networks["generator_norm"]
    assert (recipe.loss.name, recipe.stabilizers) == ("bce", ())
    assert recipe.training.batch_size == batch and 3000 <= steps <= 25_000
    for player, expected in (("discriminator", rate), ("generator", 1e-3)):
        optimizer = recipe.players[player].optimizer.options
        found = optimizer["learning_rate"], optimizer["beta_1"], optimizer["beta_2"]
        assert found == (expected, 0.5, 0.999)


@pytest.mark.parametrize("points", ["ring", "grid"])
def test_the_control_is_the_best_arm_but_for_its_loss_and_stabilizers(points):
    control, best = (dict(arms(points)[name].read().filled) for name in ("control", "best"))
    assert control.pop("loss") != best.pop("loss")
    assert (control.pop("stabilizers", []), len(best.pop("stabilizers"))) == ([], 3)
    assert control == best


@pytest.mark.parametrize("points", ["ring", "grid"])
def test_packing_is_the_small_arm_with_packs_of_as_many_steps(points):
    known = arms(points)
    small, (steps,) = budget(known["small"])
    for size in (2, 3, 4):
        packing, (as_many,) = budget(known[f"packing-{size}"])
        assert [part.options["size"] for part in packing.stabilizers] == [size]
        assert packing.training.batch_size == size * small.training.batch_size
        assert as_many == pytest.approx(steps, abs=6 * size)  # what is left of an epoch
        assert packing.players == small.players and packing.loss == small.loss


def test_the_mean_has_its_standard_error():
    assert with_error([1.0, 2.0, 3.0, 4.0], 3) == "2.500±0.645"  # √(5/3) / 2
    assert with_error([7.0], 1) == "7.0"
    assert with_error([], 1) == ""


def test_a_spread_that_no_sample_gives_is_left_out_of_the_table():
    nothing = RING.score(np.zeros((10, 2)))
    assert (nothing.modes, nothing.high_quality) == (0, 0) and np.isnan(nothing.spread)
    for others, cells in (((), ["10", "0:01"]), ((0.5, 0.7), ["0.60±0.10", "10", "0:01"])):
        spreads = [nothing.spread, *others]
        scores = {seed: asdict(nothing) | {"spread": spread} for seed, spread in enumerate(spreads)}
        (line,) = (
            x.split() for x in table("ring", [Row("plain", scores, 10, 1)]) if x[:5] == "plain"
        )
        assert line[4:] == cells


def rows():
    scores = {seed: asdict(MixtureScore(8, 0.982 + seed / 1000, 0.03, 0.97)) for seed in range(10)}
    return [Row("packing-2", scores, 400_000, 3599.6), Row("best+rejection", scores, 5000, 61.2)]


@pytest.mark.parametrize("points", ["ring", "grid"])
def test_the_table_fits_a_terminal(points):
    lines = table(points, rows())
    assert max(map(len, lines)) <= 80
    cells = [line.split() for line in lines]
    assert [
        "best+rejection",
        "8.0±0.0",
        "98.7±0.1",
        "0.030±0.000",
        "0.97±0.00",
        "5,000",
        "1:01",
    ] in (cells)
    assert any(line[:2] == ["packing-2", "8.0±0.0"] and line[-1] == "60:00" for line in cells)
    assert any(line and line[0] == "PacGAN4" for line in cells)


def some(name, seeds):
    return Row(name, {seed: {"modes": 4.0} for seed in seeds}, 10, 1.5)


def test_what_was_measured_is_kept_and_found(tmp_path):
    results = Results(tmp_path / "new")
    assert results.missing(["plain"], range(3), "x") == [0, 1, 2]
    results.add(some("plain", [0, 1]), "x")
    assert results.missing(["plain"], range(3), "x") == [2]
    assert results.missing(["plain", "plain+rejection"], range(3), "x") == [0, 1, 2]
    results.add(some("plain", [2]), "x")
    assert results.missing(["plain"], range(3), "x") == []
    row = results.row("plain", range(3))
    assert row.values("modes") == [4, 4, 4]
    assert (row.steps, row.seconds) == (10, 3.0)
    with pytest.raises(GankitError, match="other settings"):
        results.missing(["plain"], range(3), "another recipe")


def times(folder: Path) -> dict:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


@pytest.mark.long
def test_a_benchmark_is_measured_and_not_measured_again(gankit, tmp_path):
    words = ["bench", "ring", "--arms", "best", "--steps", 4, "--out", "found", "--seeds"]
    code, out, _ = gankit(*words, 2)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "best+rejection" in out and "PacGAN2" in out
    before = times(tmp_path / "found")
    notes = [json.loads(p.read_text()) for p in (tmp_path / "found").glob("*.json")]
    found = sorted((note["row"], note["seeds"]) for note in notes)
    assert found == [("best", [0, 1]), ("best+rejection", [0, 1])]
    assert np.load(tmp_path / "found/best-0-1.npy").shape == (2, 2500, 2)
    code, again, _ = gankit(*words, 2)
    assert code == 0 and "already measured" in again
    assert times(tmp_path / "found") == before
    code, more, _ = gankit(*words, 3)
    assert code == 0 and "of each of 3 games" in more
    assert before.items() < times(tmp_path / "found").items()
    code, _, error = gankit(*words, 3, "--steps", 5)
    assert code == 1 and "other settings" in error


def test_an_arm_that_is_not_there_is_an_error(gankit):
    code, _, error = gankit("bench", "ring", "--arms", "bests")
    assert code == 1 and 'Did you mean "best"?' in error and "plain" in error
