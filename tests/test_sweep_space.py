"""The space of a sweep: typed by the schemas of the parts, and refused before anything runs."""

import math
import sys

import pytest
from sweeps import RATE, RECIPE, write_files

from gankit.discovery.plugins import load_plugins
from gankit.recipe import toml
from gankit.recipe.problems import Refusal
from gankit.recipe.recipe import check_recipe
from gankit.sweep.space import Range, Space, read_space
from gankit.sweep.study import make_sampler, without_password

pytestmark = pytest.mark.anywhere
BASE = toml.parse(RECIPE, "small.toml")


def space(text: str) -> Space:
    return read_space(toml.parse(text, "space.toml"), BASE, load_plugins(), "space.toml")


def test_all_problems_are_told_at_once_before_anything_runs(gankit, tmp_path):
    bad = f"""
    "{RATE}" = {{ low = -1.0, high = 1e-2 }}
    stabilizers.r1.gamma = {{ low = 0.1, high = inf }}
    stabilizers.r2.gamma = [1]
    architecture.latent = {{ low = 1.5, high = 8 }}
    loss.name = ["bce", "hing"]
    training.epoch = [1]
    training.batch_size = 3
    training.updates = {{ low = 1, hi = 2 }}
    dataset.count = {{ low = 9, high = 3 }}
    dataset.spread = {{ low = 0, high = 1, log = true }}
    metrics = [[]]
    """
    recipe, file = write_files(tmp_path, space=bad)
    code, _, err = gankit("sweep", recipe, "--space", file)
    assert code == 1 and not (tmp_path / "runs").exists()
    for place, said in {
        RATE: "should be greater than or equal to 0. Received: -1.0",
        "stabilizers.r1.gamma.high": "should be a ",
        "stabilizers.r2.gamma": "no such item. Allowed: 0 to 0, r1. Received: r2",
        "architecture.latent": "should be a valid integer. Received: 1.5",
        "loss.name": 'is not a known loss. Did you mean "hinge"?',
        "training.epoch": 'is unknown. Did you mean "epochs"?',
        "training.batch_size": "should be a range or some choices. Received: 3",
        "training.updates.hi": 'is unknown. Did you mean "high"?',
        "training.updates.high": "is missing",
        "dataset.count": "has a low end above its high end",
        "dataset.spread": "needs a low end above 0 and no step for log = true",
        "metrics": "cannot change, since trials are compared by it",
    }.items():
        assert f"  {place}\n    {said}" in err
    assert "space.toml has 12 problems" in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ('loss = [{name = "bce"}]\nloss.name = ["bce"]', "space.toml is not TOML"),
        ('"loss" = [{name = "bce"}]\n"loss.name" = ["bce"]', "is inside loss, which changes too"),
        # 3 is right for bce alone: the options of a trial are checked together
        ('"loss" = ["bce"]', "should be a"),
        (f'"{RATE}" = {{low = 0.1, high = 0.2, step = 0}}', "should be greater than 0"),
    ],
)
def test_other_problems(text, said):
    with pytest.raises(Exception, match=r"space\.toml") as caught:
        space(text)
    assert said in str(caught.value)


def test_a_range_has_integers_only_where_the_option_has():
    found = space(f"""
    architecture.latent = {{ low = 2, high = 8 }}
    "stabilizers.0.gamma" = {{ low = 0, high = 2 }}
    "{RATE}" = {{ low = 1e-5, high = 1, log = true }}
    training.batch_size = {{ low = 16, high = 64, step = 16 }}
    """).options
    assert found["architecture.latent"] == Range(2, 8, whole=True)
    assert found["stabilizers.0.gamma"] == Range(0, 2)
    assert found[RATE] == Range(1e-5, 1, log=True)
    assert found["training.batch_size"] == Range(16, 64, step=16, whole=True)


def test_the_values_of_a_trial_are_in_its_recipe():
    found = space(f"""
    loss = [{{ name = "hinge" }}, {{ name = "bce" }}]
    architecture.generator_widths = [[8], [8, 8]]
    "stabilizers.r1.gamma" = {{ low = 0, high = 2 }}
    "{RATE}" = [1e-4, {{ name = "cosine-decay", initial_learning_rate = 1.0, decay_steps = 9 }}]
    """)
    asked = {}

    class Trial:
        def suggest_categorical(self, key, choices):
            assert all(isinstance(choice, str | int | float) for choice in choices)
            asked[key] = choices[-1]
            return choices[-1]

        def suggest_float(self, key, low, high, step, log):
            asked[key] = high

    found.suggest(Trial())
    table = found.recipe(BASE, asked)
    recipe = check_recipe(table, load_plugins(), "trial")
    assert recipe.loss.name == "bce" and recipe.stabilizers[0].options["gamma"] == 2
    assert table["architecture"] == {**BASE["architecture"], "generator_widths": [8, 8]}
    assert recipe.players["generator"].optimizer.options["learning_rate"].name == "cosine-decay"


def test_tpe_finds_what_random_search_does_not():
    optuna = pytest.importorskip("optuna")
    found = space(f'"{RATE}" = {{low = 1e-6, high = 1, log = true}}')

    def losses(sampler: str, trials: int = 60) -> list[float]:
        study = optuna.create_study()
        for number in range(trials):
            trial = study.ask()
            study.sampler = make_sampler(sampler, 0, number)
            found.suggest(trial)
            study.tell(trial, abs(math.log10(trial.params[RATE]) + 3))
        return [trial.value for trial in study.trials]

    random, tpe = losses("random"), losses("tpe")
    assert random[:10] == tpe[:10]  # until it has seen enough
    assert sum(tpe[-30:]) < 0.5 * sum(random[-30:])
    assert losses("tpe", 20) == tpe[:20]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@host:5432/gans", "postgresql://me@host:5432/gans"),
        ("postgresql://me:p@ss@host/gans", "postgresql://me@host/gans"),
        ("sqlite:///a.db", "sqlite:///a.db"),
    ],
)
def test_a_password_is_not_kept(url, shown):
    assert without_password(url) == shown


def test_optuna_is_missing(gankit, tmp_path, monkeypatch):
    recipe, file = write_files(tmp_path)
    monkeypatch.setitem(sys.modules, "optuna", None)
    code, _, err = gankit("sweep", recipe, "--space", file)
    assert code == 1 and 'pip install "gankit[sweep]"' in err


def test_a_recipe_without_a_score(gankit, tmp_path):
    recipe, file = write_files(
        tmp_path, RECIPE.replace('[[metrics]]\nname = "frechet-distance"', "")
    )
    code, _, err = gankit("sweep", recipe, "--space", file)
    assert code == 1 and "no score that says which way is better" in err


def test_a_problem_of_one_combination_alone():
    text = 'architecture = [{name = "mlp"}, {name = "dcgan"}]\n"architecture.latent" = [2]'
    with pytest.raises(Refusal, match="is inside architecture"):
        space(text)
    with pytest.raises(Refusal, match=r"architecture\.generator_widths\n    is unknown"):
        space('"architecture.name" = ["mlp", "dcgan"]\n"architecture.generator_widths" = [[8]]')
