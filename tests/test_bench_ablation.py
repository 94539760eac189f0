"""What the table of the ablation says of numbers that are known."""

import json

import numpy as np
import pytest

from gankit.bench import ablation
from gankit.bench.results import Row

pytestmark = [pytest.mark.anywhere, pytest.mark.long]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1.0, 1.1, 0.9], "helped"),
        ([3.0, 3.1, 2.9], "hurt"),
        ([2.0, 2.1, 2.1], "nothing"),
        ([0.5, 6.0, 1.0], "nothing"),  # a difference within its error
        ([1.0, float("nan"), 1.0], "broke"),
        ([1.0], "–"),
    ],
)
def test_the_verdict_is_by_two_standard_errors_of_the_difference(values, found):
    assert ablation.verdict(values, [2.0, 2.1, 1.9]) == found


def test_two_standard_errors_of_the_logarithms_are_the_limit():
    plain = np.exp([0.0, 2.0])  # each mean has the variance 1, so their difference the error √2
    limit = np.exp(2 * 2**0.5)
    assert ablation.verdict(plain * limit * (1 - 1e-6), plain) == "nothing"
    assert ablation.verdict(plain * limit * (1 + 1e-6), plain) == "hurt"


def test_a_plain_game_that_goes_wrong_does_not_hide_what_helps():
    assert ablation.verdict([7.8, 7.8, 7.7], [16.3, 47.4, 16.7]) == "helped"
    assert ablation.verdict([7.8, 7.8, 7.7], [16.3, np.nan, 16.7]) == "–"


def row(name, *values):
    kept = {"real": 0.125, "precision": 0.25, "recall": 0.5}
    return Row(name, {seed: {"distance": v, **kept} for seed, v in enumerate(values)}, 14_000, 61.0)


def test_the_least_distance_comes_first_and_what_broke_last():
    rows = [row("none", 2, 2.1, 1.9), row("r1", 1, 1, float("nan")), row("ema", 1, 1.1, 0.9)]
    rows.append(row("minibatch-discrimination", 3, 3, 3.3))
    lines = ablation.table(rows)
    assert max(map(len, lines)) <= 80
    found = [line.split() for line in lines if line.split()[:1] and "1:01" in line]
    assert [cells[0] for cells in found] == ["ema", "none", "minibatch-discrimination", "r1"]
    ema = ["ema", "1.000±0.058", "0.50×", "0.50±0.00", "1:01", "helped"]
    assert found[0] == ema
    assert found[3][-1] == "broke"
    assert any("14,000 steps; real images have 0.125" in line for line in lines)


def test_it_is_measured_and_not_measured_again(gankit, tmp_path, monkeypatch):
    monkeypatch.setattr(ablation, "HELD_OUT", 40)
    small = {"count": 120, "size": 32, "kinds": ["brick-2x2"]}
    recipe = ablation._recipe

    def fewer(name, catalogue):
        given = {**recipe(name, catalogue).given, "training": {"batch_size": 8}}
        assert given["scoring"]["features"] == "bricks"
        given |= {"dataset": {"name": "lego", **small}}
        given["architecture"] |= {"width": 4, "latent": 4}
        return ablation.check_recipe(given, catalogue, name)

    monkeypatch.setattr(ablation, "_recipe", fewer)
    words = ["bench", "ablation", "--arms", "ema", "--seeds", 2, "--steps", 2, "--out", "found"]
    code, out, _ = gankit(*words)
    assert code == 0
    assert [name for name in ("none", "ema") if f"{name}, seed 1:" in out] == ["none", "ema"]
    note = json.loads((tmp_path / "found/ema-1-1.json").read_text())
    assert note["scores"]["1"]["distance"] > note["scores"]["1"]["real"] > 0
    assert {"precision", "recall"} < set(note["scores"]["1"])
    assert np.load("found/ema-1-1.npy").shape == (40, 32, 32, 1)
    before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "found").iterdir()}
    code, out, _ = gankit(*words)
    assert code == 0 and "seed" not in out.split("one stabilizer")[0]
    assert before == {p.name: p.stat().st_mtime_ns for p in (tmp_path / "found").iterdir()}
