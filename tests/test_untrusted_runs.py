"""A run's folder is data: reading one that somebody else made never executes code from it."""

import hashlib
import json
import pickle
import shutil
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from made_runs import made_run

pytestmark = pytest.mark.anywhere

PARTS = Path(__file__).with_name("small_parts.py")
READING = [
    ["sample", "made"],
    ["score", "made", "--count", "8"],
    ["export", "made"],
    ["show", "made"],
    ["run", "--resume", "made"],
]
INSTALLED = """
[dataset]
name = "ring"
count = 64
[architecture]
name = "mlp"
generator_widths = [4]
discriminator_widths = [4]
[loss]
name = "bce"
"""


class Trap:
    """What leaves a trace when it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


@pytest.fixture
def trap(tmp_path):
    """A plugin with the parts of `small_parts`, and the trace that importing it leaves."""
    plugin, trace = tmp_path / "from somebody.py", tmp_path / "it was executed"
    source = PARTS.read_text(encoding="utf-8")
    plugin.write_text(f"from pathlib import Path\nPath({str(trace)!r}).touch()\n{source}")
    return plugin, trace


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_run_names_a_plugin_file_but_only_the_user_can_load_it(gankit, tmp_path, trap, words):
    plugin, trace = trap
    run, _ = made_run(tmp_path, [plugin])
    trace.unlink()
    code, _, err = gankit(*words)
    assert code == 1 and not trace.exists()
    assert str(plugin) in err and "gankit executes no file because a run names it" in err
    assert err.endswith(f"→ if you trust the content, add --plugin '{plugin}'\n")
    assert str(run.path.name) == "made"


def test_the_words_that_the_error_says_are_those_that_work(gankit, tmp_path, trap):
    made_run(tmp_path, [trap[0]])
    _, _, err = gankit("sample", "made")
    (file,) = (word for word in err.split("'") if word.endswith(".py"))
    code, out, _ = gankit("sample", "made", "--count", "2", "--plugin", file)
    assert code == 0 and out.startswith("wrote 2 images")


def test_a_file_in_the_folder_is_not_executed_where_nobody_needs_it(gankit, tmp_path, trap):
    plugin, trace = trap
    run, _ = made_run(tmp_path, recipe=INSTALLED)
    shutil.copy(plugin, run.path / "parts.py")
    facts = {**run.read_facts(), "plugins": ["parts.py", str(run.path / "parts.py")]}
    run.facts.write_text(json.dumps(facts))
    code, out, _ = gankit("sample", "made")
    assert (code, trace.exists()) == (0, False)
    assert out.startswith("wrote made/images/sheet-0.png")


def test_a_checkpoint_is_never_unpickled(gankit, tmp_path):
    run, _ = made_run(tmp_path, recipe=INSTALLED)
    (newest,) = run.checkpoints.glob("step-*")
    trace = tmp_path / "it was executed"
    np.savez(newest / "state.npz", a=np.array([Trap(trace)], dtype=object))
    digest = hashlib.sha256((newest / "state.npz").read_bytes()).hexdigest()
    (newest / "checkpoint.json").write_text(json.dumps({"place": {}, "sha256": digest}))
    code, _, err = gankit("sample", "made")
    assert code == 1 and "damaged" in err and not trace.exists()
    pickle.loads(pickle.dumps(Trap(trace)))
    assert trace.exists()


@pytest.mark.parametrize("name", ["os:system", "parts.py:Evil", "made/parts"])
def test_a_name_in_a_recipe_is_only_looked_up(gankit, tmp_path, name):
    run, _ = made_run(tmp_path, recipe=INSTALLED)
    run.recipe.write_text(run.recipe.read_text().replace('"bce"', f'"{name}"'))
    code, _, err = gankit("sample", "made")
    assert code == 1 and "is not a known loss" in err


def without(run, part, **distributions):
    """Take a part of the recipe away, as if its distribution were gone."""
    recipe = run.recipe.read_text(encoding="utf-8")
    run.recipe.write_text(recipe.replace(f'"{part}"', '"of-a-stranger"'), encoding="utf-8")
    run.facts.write_text(json.dumps({**run.read_facts(), "distributions": distributions}))


def test_a_run_notes_the_distributions_of_its_parts(tmp_path):
    run, _ = made_run(tmp_path, [PARTS])
    assert run.read_facts()["distributions"] == {"gankit": version("gankit")}


def test_an_error_says_which_distribution_a_run_was_made_with(gankit, tmp_path):
    run, _ = made_run(tmp_path, recipe=INSTALLED)
    here = version("gankit")
    without(run, "bce", **{"gankit": here, "gankit-cats": "1.2", "pluggy": "0.1"})
    code, _, err = gankit("sample", "made")
    assert code == 1
    assert "The run was made with gankit-cats 1.2. Installed: none\n" in err
    assert f"The run was made with pluggy 0.1. Installed: {version('pluggy')}\n" in err
    assert "→ if you trust it: pip install gankit-cats==1.2\n" in err and "gankit==" not in err


def test_what_a_run_says_to_install_is_one_word_of_the_shell(gankit, tmp_path):
    run, _ = made_run(tmp_path, recipe=INSTALLED)
    without(run, "bce", **{"cats; rm -r": "1 2"})
    _, _, err = gankit("sample", "made")
    assert err.endswith("pip install 'cats; rm -r==1 2'\n")
