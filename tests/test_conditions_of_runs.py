"""Runs whose generator takes attributes: trained, sampled, scored and reported."""

from pathlib import Path

import numpy as np
import pytest

import gankit as g
from gankit import testing
from gankit.api.generator import Generator

pytestmark = [pytest.mark.anywhere, pytest.mark.long]

PARTS = Path(__file__).with_name("condition_parts.py")
RECIPE = """
[dataset]
name = "marked"

[architecture]
name = "marking"

[loss]
name = "softplus"

[training]
epochs = 1
batch_size = 8

[[metrics]]
name = "kernel-distance"
"""


@pytest.fixture
def run(gankit, tmp_path):
    """Return the folder of a run that was trained."""
    (tmp_path / "marked.toml").write_text(RECIPE, encoding="utf-8")
    code, out, err = gankit("run", "marked.toml", "--plugin", PARTS, "--out", "run")
    assert code == 0, out + err
    return tmp_path / "run"


def test_a_run_samples_the_attributes_of_its_data(run, gankit):
    generator = Generator.open(run, plugins=[PARTS])
    values = g.sample(generator, 40).values
    assert set(values[:, 0]) == {0.0, 1.0}
    assert (g.sample(generator, 6, where={"attributes.on": 1}).values[:, 0] == 1).all()
    assert (g.sample(generator, 6, where={"attributes.on": "0"}).values[:, 0] == 0).all()
    np.testing.assert_array_equal(values[:7], g.sample(generator, 7).values)
    with pytest.raises(g.GankitError, match="no example has"):
        g.sample(generator, 6, where={"attributes.on": 1, "attributes.sign": 1})
    with pytest.raises(g.GankitError, match="rejection compares samples with equal labels"):
        g.sample(generator, 6, reject=0.5)
    code, out, err = gankit("sample", run, "--plugin", PARTS, "--where", "attributes.on=1")
    assert code == 0 and [*(run / "images").glob("*-where-attributes.on-1.png")], out + err
    code, _, err = gankit("sample", run, "--plugin", PARTS, "--where", "attributes.of=1")
    assert code == 1 and "Allowed: on, sign" in err
    assert gankit("sample", run, "--plugin", PARTS, "--where", "on")[0] == 2
    for verb in (("score", run, "--count", "32"), ("explore", "interpolate", run), ("export", run)):
        code, out, err = gankit(*verb, "--plugin", PARTS)
        assert code == 0, out + err


def test_its_parts_keep_their_contracts(tmp_path):
    (tmp_path / "marked.toml").write_text(RECIPE, encoding="utf-8")
    testing.check_plugin(PARTS)
    testing.check_recipe(tmp_path / "marked.toml", [PARTS])
