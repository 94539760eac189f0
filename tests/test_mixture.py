"""Ensembles: the samples of several runs as one mixture."""

from pathlib import Path

import numpy as np
import pytest
from made_runs import RECIPE, made_run
from PIL import Image

import gankit
from gankit.api.generator import Generator
from gankit.api.mixture import mixture
from gankit.api.sample import Samples
from gankit.data.scaling import to_uint8

pytestmark = pytest.mark.anywhere

PARTS = Path(__file__).with_name("small_parts.py")


def parts(*values, count=3000):
    """Return samples of runs, each of one value."""
    return [Samples(np.full((count, 2), v, "float32"), None, count, count) for v in values]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [((), (1 / 3,) * 3), ((2, 1, 1), (0.5, 0.25, 0.25)), ((1, 0, 0), (1, 0, 0))],
)
def test_runs_are_drawn_by_their_weights(weights, expected):
    found = mixture(parts(0, 1, 2), weights)
    fractions = [(found.values[:, 0] == value).mean() for value in (0, 1, 2)]
    np.testing.assert_allclose(fractions, expected, atol=0.03)
    assert found.drawn == 9000


def test_each_sample_is_that_of_a_run_at_its_place():
    draw = np.random.default_rng(0)
    made = [Samples(draw.normal(size=(40, 3)), None, 40, 40) for _ in range(3)]
    found = mixture(made, seed=7).values
    places = [[np.array_equal(row, p.values[i]) for p in made] for i, row in enumerate(found)]
    assert np.sum(places) == 40 and np.sum(places, axis=0).min() > 0
    assert np.array_equal(mixture(made, seed=7).values, found)
    assert not np.array_equal(mixture(made, seed=8).values, found)


@pytest.mark.parametrize("weights", [(1,), (1, -1), (0, 0), (float("nan"), 1)])
def test_weights_that_do_not_fit_are_an_error(weights):
    with pytest.raises(gankit.GankitError, match="2 runs needs 2 weights"):
        mixture(parts(0, 1), weights)


def test_samples_of_different_shapes_are_an_error():
    other = Samples(np.zeros((3000, 5)), None, 3000, 3000)
    with pytest.raises(gankit.GankitError, match="of one shape"):
        mixture([*parts(0), other])


def test_the_command_mixes_runs(gankit, tmp_path):
    runs = []
    for name, recipe in (("one", RECIPE), ("two", RECIPE.split("[[stabilizers]]")[0])):
        (tmp_path / name).mkdir()
        run, _ = made_run(tmp_path / name, [PARTS], recipe)
        runs.append(run.path)
    plugin = ("--plugin", str(PARTS), "--cpu")
    code, _, error = gankit("sample", *map(str, runs), *plugin)
    assert code == 2 and "--ensemble" in error
    given = ("--ensemble", "--weights", "0,1", "--count", "3", "--out", str(tmp_path / "images"))
    code, _, error = gankit("sample", *map(str, runs), *given, *plugin)
    assert code == 0, error
    found = [np.asarray(Image.open(f)) for f in sorted((tmp_path / "images").glob("*.png"))]
    expected = Generator.open(runs[1], plugins=[PARTS])
    expected = to_uint8(expected.draw(expected.noise(3)))
    np.testing.assert_array_equal(np.stack(found)[..., None].reshape(expected.shape), expected)
