"""The tutorial's fault in small: label noise that leaves [0, 1] kills a run, which is rescued."""

import csv
import json

import pytest
from trained_runs import quiet

from gankit.api.train import begin
from gankit.bench.corpus import PARTS, SETTINGS, rates
from gankit.recipe.overrides import override
from gankit.reporting.diagnosis import diagnose

pytestmark = [pytest.mark.anywhere, pytest.mark.long]

NOISY = {
    "seed": 0,
    "stabilizers": [{"name": "outward-noise", "amount": 1.0}],
    "training": {"epochs": 16},
    # without `diversity`: at first, the samples of the game that recovers are alike
    "monitors": [{"name": name} for name in ("losses", "targets", "saturation", "scores")],
    **rates(3e-3, 3e-4),
}
CLIPPING = {"stabilizers": [{"name": "target-clipping"}]}


def played(folder, action):
    """Return the run, its discriminator's losses, its scores and the verdicts that hold at last."""
    recipe = override(SETTINGS["images"], NOISY | {"sentinel": {"action": action}}, action)
    run = begin(recipe, folder / "spots.toml", quiet(), out=folder / action, plugins=[PARTS])
    with run.history.open() as file:
        losses = [float(row["d_loss"]) for row in csv.DictReader(file)]
    lines = [json.loads(line) for line in run.scores.read_text().splitlines()]
    standing = {
        s.verdict.name: s.verdict.level for s in diagnose(run.path, plugins=[PARTS]).standing
    }
    return run, losses, [line["scores"]["frechet_distance"] for line in lines], standing


def test_a_run_that_outward_label_noise_kills_is_stopped_rolled_back_and_alive_at_the_end(tmp_path):
    _, losses, dead, standing = played(tmp_path, "warn")
    assert max(losses) < 0 and min(dead) > 0.95 * dead[0]  # the generator never learned
    assert standing["below-floor"] == "dead"

    run, losses, alive, standing = played(tmp_path, "roll-back")
    told = json.loads(run.verdicts.read_text().splitlines()[0])
    assert (told["event"], told["monitor"], told["name"]) == ("rolls-back", "losses", "below-floor")
    assert told["level"] == "dead" and told["change"] == CLIPPING
    assert min(losses) >= 0 and alive[-1] < 0.5 * dead[-1]
    assert "dead" not in standing.values()
