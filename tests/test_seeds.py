"""gankit run --seeds: runs of one recipe, and the spread of their scores."""

import json
import shutil

import numpy as np
import pytest
from rich.console import Console
from run_folders import RECIPE as WRITTEN
from run_folders import Parsed, scored, write_run
from sweeps import RECIPE, write_files
from trained_runs import assert_same_bits, train

from gankit.api.seeds import begin_seeds, play_seeds
from gankit.errors import GankitError, Interrupted
from gankit.recipe import toml
from gankit.reporting.charts import Chart, Series
from gankit.reporting.over_seeds import spread, with_mean
from gankit.run.following import followed_by
from gankit.sweep.seeds import SeedsFolder

QUIET = Console(quiet=True)


@pytest.fixture
def compared(gankit, tmp_path):
    """Two runs that differ by their seeds, and what is printed about them."""
    scores = {3: [(1, 5.0), (2, 2.0)], 4: [(1, 4.0), (2, 3.0)]}
    for seed, values in scores.items():
        lines = [scored(*each) for each in values]
        recipe = WRITTEN.replace("seed = 7", f"seed = {seed}")
        write_run(tmp_path / f"seed-{seed}", 2, recipe, sheets=(), scores=lines)
    code, out, _ = gankit("compare", "seed-3", "seed-4", "--count", 0)
    assert code == 0
    return Parsed(tmp_path / "compare.html"), out


@pytest.mark.anywhere
def test_the_page_has_the_spread_and_the_mean_of_the_curves(compared):
    page, _ = compared
    assert "Mean ± standard deviation over 2 seeds" in page.text
    # of 2 and 3; the standard deviation of a sample is 1 / √2
    assert page.text.count("2.5 ± 0.7071") == 2
    chart = next(chart for chart in page.charts if chart["title"] == "distance")
    assert [series["label"] for series in chart["series"]] == ["seed-3", "seed-4", "mean"]
    assert chart["series"][-1]["y"] == [4.5, 2.5]


@pytest.mark.anywhere
def test_means_are_of_the_epochs_that_all_runs_have():
    one, two = Series("a", 0, 0, [1, 2, 3], [1.0, None, 3.0]), Series("b", 1, 0, [1, 2], [3.0, 5.0])
    (chart,) = with_mean([Chart("t", "", [one, two])])
    assert (chart.series[-1].x, chart.series[-1].y) == ([1], [2.0])
    alone = Chart("t", "", [one])
    assert with_mean([alone]) == [alone]
    values = [1.0, 2.0, 4.0]
    assert spread(values) == f"{np.mean(values):.4g} ± {np.std(values, ddof=1):.4g}"
    assert spread([1.0]) == "–"


@pytest.mark.anywhere
def test_options_that_do_not_go_together(gankit, tmp_path):
    recipe, _ = write_files(tmp_path)
    folder = SeedsFolder(tmp_path / "seeds")
    folder.path.mkdir()
    (folder.path / "seeds.json").write_text("{}")
    assert "damaged" in gankit("run", "--resume", "seeds")[2]
    assert gankit("run", "--resume", "seeds", "--set", "seed=1")[0] == 2
    assert gankit("run", recipe, "--seeds", 1)[0] == 2


@pytest.mark.long
def test_each_seed_is_a_run_and_an_interrupted_one_goes_on(gankit, tmp_path):
    recipe, _ = write_files(tmp_path, RECIPE)

    def stop(run):
        if run.path.name == "seed-4":
            raise Interrupted(run.path, 16)

    folder = begin_seeds(toml.read(recipe), recipe, 2, QUIET, tmp_path / "seeds")
    with followed_by(stop), pytest.raises(Interrupted) as stopped:
        play_seeds(folder, QUIET)
    assert stopped.value.run == folder.path
    shutil.copytree(folder.path / "seed-3", tmp_path / "before")
    code, out, err = gankit("run", "--resume", "seeds", "--seeds", 3)
    assert code == 0, err
    assert "seed 4, 2 of 3" in out and "seed 5, 3 of 3" in out and "seed 3, 1 of 3" not in out
    assert "scores of 3 seeds" in out and " ± " in out and (folder.path / "compare.html").exists()
    alone = train(tmp_path, RECIPE.replace("seed = 3", "seed = 4"), "alone")
    assert_same_bits(folder.path / "seed-4", alone.path)
    lasts = []
    for seed in (3, 4, 5):
        lines = (folder.path / f"seed-{seed}/scores.jsonl").read_text().splitlines()
        assert len(lines) == 3
        lasts.append(json.loads(lines[-1])["scores"]["frechet_distance"])
    assert f"{np.mean(lasts):.4g} ± {np.std(lasts, ddof=1):.4g}" in out
    with pytest.raises(GankitError, match="not empty"):
        begin_seeds(toml.read(recipe), recipe, 2, QUIET, folder.path)
