"""The tutorial's failure in small: label noise that leaves [0, 1], until the run dies."""

import csv
import json

import pytest
from trained_runs import quiet

from gankit.api.train import begin
from gankit.bench.corpus import PARTS, SETTINGS, rates
from gankit.recipe.overrides import override
from gankit.reporting.diagnosis import diagnose

pytestmark = pytest.mark.long

# without `targets`, which warns at once: the run should be healthy first, as the tutorial's was
NAMES = ("losses", "scores", "saturation", "gradients", "frozen", "diversity")
NOISY = {
    "seed": 0,
    "stabilizers": [{"name": "outward-noise", "amount": 0.3}],
    "training": {"epochs": 40},
    "monitors": [{"name": name} for name in NAMES],
    **rates(2e-3, 2e-3),
}


def played(folder, action):
    """Return the run, its losses of the discriminator, and its scores."""
    recipe = override(SETTINGS["stripes"], NOISY | {"sentinel": {"action": action}}, action)
    run = begin(recipe, folder / "stripes.toml", quiet(), out=folder / action, plugins=[PARTS])
    with run.history.open() as file:
        losses = [float(row["d_loss"]) for row in csv.DictReader(file)]
    lines = [json.loads(line) for line in run.scores.read_text().splitlines()]
    return run, losses, [line["scores"]["frechet_distance"] for line in lines]


def test_a_run_with_the_tutorials_fault_dies_and_is_rescued(tmp_path):
    run, losses, scores = played(tmp_path, "warn")
    assert losses[0] > 0 > losses[-1] and scores[-1] > 1.2 * min(scores)  # it learned, and died
    assert {s.verdict.level for s in diagnose(run.path, plugins=[PARTS]).standing} >= {"dead"}

    rescued, losses, better = played(tmp_path, "roll-back")
    (told,) = (json.loads(line) for line in rescued.verdicts.read_text().splitlines()[:1])
    assert (told["event"], told["monitor"], told["name"]) == ("rolls-back", "losses", "below-floor")
    assert told["to"] != "step-000000000" and told["change"] == {
        "stabilizers": [{"name": "target-clipping"}]
    }
    assert min(losses) >= 0 and better[-1] < scores[-1]
    assert not any(
        s.verdict.level == "dead" for s in diagnose(rescued.path, plugins=[PARTS]).standing
    )
