"""The command line: help, exit codes, and how soon it answers."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from recipe_reading import PARTS

from gankit import backend
from gankit.cli import app, main

pytestmark = pytest.mark.anywhere

VERBS = [
    *(
        "check",
        "run",
        "runs",
        "sweep",
        "watch",
        "report",
        "compare",
        "sample",
        "apply",
        "score",
        "export",
    ),
    *("diagnose", "bench"),
    *("show", "list", "plugins", "schema", "new recipe", "new plugin"),
    *("explore interpolate", "explore arithmetic", "explore traverse"),
    *("explore nearest", "explore templates", "explore sheet"),
]
OLD_RUN = Path(__file__).with_name("old_run")
GANKIT = "from gankit.cli import main; main()"


# Help and exit codes


@pytest.mark.parametrize("verb", ["", "new", "explore", *VERBS])
def test_every_help_ends_with_two_or_three_examples(gankit, verb):
    code, out, _ = gankit(*verb.split(), "--help")
    _, examples = out.split("Examples:")
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    assert code == 0
    assert len(lines) in (2, 3)
    assert all(line.startswith(f"gankit {verb}".strip()) for line in lines)
    assert max(map(len, out.splitlines())) <= 80


def test_every_verb_is_in_the_list_above():
    groups = {group.name for group in app.registered_groups}
    assert {command.name for command in app.registered_commands} | groups == {
        verb.split()[0] for verb in VERBS
    }


def test_no_words_are_answered_with_the_help(gankit):
    code, out, err = gankit()
    assert code == 2
    assert "Examples:" in out + err


@pytest.mark.parametrize("words", [("shwo",), ("list", "--jsno"), ("check",), ("new",)])
def test_a_wrong_usage_exits_with_2(gankit, words):
    code, _, err = gankit(*words)
    assert code == 2
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("verb", "hint"),
    [("train", "run RECIPE"), ("generate", "sample RUN"), ("evaluate", "score RUN")],
)
def test_the_verbs_of_other_tools_are_understood(gankit, verb, hint):
    code, _, err = gankit(verb, "x")
    assert (code, err) == (1, f"error: gankit has no command {verb}\n→ gankit {hint}\n")


@pytest.mark.parametrize("verb", ["", "run", "explore nearest"])
def test_flags_are_shown_without_a_type(gankit, verb):
    assert "<bool>" not in gankit(*verb.split(), "--help")[1]


@pytest.mark.parametrize("verb", ["compare", "sample", "score"])
def test_the_usage_says_once_that_runs_may_be_several(gankit, verb):
    (usage,) = [line for line in gankit(verb, "--help")[1].splitlines() if "Usage:" in line]
    assert usage.count("...") == 1 and usage.rstrip().endswith("...")


def test_paths_with_spaces_are_quoted_in_what_to_type_next(gankit):
    _, out, _ = gankit("new", "recipe", "my gan", "--from", "quickstart")
    assert out.splitlines()[1:] == ["→ gankit check 'my gan.toml'", "→ gankit run 'my gan.toml'"]


STARTS = """
import os, sys
read, write = os.openpty()
os.dup2(write, 1)
sys.stdout = open(1, "w", closefd=False)
from gankit.backend import choose_backend
choose_backend()
sys.stdout.flush()
sys.stderr.write(os.read(read, 10000).decode() if os.isatty(1) else "")
"""


def test_a_terminal_is_told_at_once_which_backend_starts(python):
    assert "starting TensorFlow" in python("-c", STARTS, KERAS_BACKEND="tensorflow").stderr
    silent = STARTS.replace("os.dup2(write, 1)", "")
    assert "starting" not in python("-c", silent, KERAS_BACKEND="tensorflow").stdout


@pytest.mark.parametrize(
    ("cpu", "visible", "why"),
    [
        (True, None, "--cpu keeps off it"),
        (False, "-1", "CUDA_VISIBLE_DEVICES hides it"),
        (False, None, "JAX does not see it → pip install"),
    ],
)
def test_a_gpu_that_is_not_used_is_explained(monkeypatch, cpu, visible, why):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert why in backend._why_no_gpu("jax", cpu)


def test_an_error_of_the_users_is_shown_with_what_to_type_next(gankit):
    code, out, err = gankit("list", "loses")
    assert (code, out) == (1, "")
    assert err.startswith('error: unknown kind of part. Did you mean "losses"?')
    assert err.endswith("→ gankit list\n")


@pytest.mark.parametrize(
    "words",
    [
        ("show",),
        ("check",),
        ("sample",),
        ("report",),
        ("diagnose",),
        ("run", "--resume"),
        ("list", "losses", "--plugin"),
    ],
)
def test_a_path_that_is_too_long_is_an_error_of_the_users(gankit, words):
    code, _, err = gankit(*words, "x" * 5000)
    assert code == 1 and err.startswith("error: ")
    assert max(map(len, err.splitlines())) < 2100


def test_any_other_error_is_a_bug_and_keeps_its_traceback(monkeypatch):
    def broken(*_):
        raise ValueError("a bug")

    monkeypatch.setattr("gankit.cli.plugins.load_plugins", broken)
    monkeypatch.setattr(sys, "argv", ["gankit", "plugins"])
    with pytest.raises(ValueError, match="a bug"):
        main()


def test_ctrl_c_exits_with_130(gankit, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("gankit.cli.plugins.load_plugins", interrupted)
    code, out, err = gankit("plugins")
    assert (code, out, err) == (130, "", "")


def test_a_reader_that_goes_away_is_no_error():
    command = f'"{sys.executable}" -c "{GANKIT}" list --json | head -c 1 > {os.devnull}'
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stderr == ""


# How soon


SLOW = {"keras", "numpy", "tensorboard", "tensorflow", "tomlkit", "jax", "torch"}


@pytest.mark.parametrize(
    ("words", "slow"),
    [
        (["--help"], SLOW | {"pydantic"}),
        (["list"], SLOW),
        (["list", "losses"], SLOW),
        (["plugins"], SLOW),
    ],
)
def test_the_quick_verbs_import_nothing_slow(python, words, slow):
    code = (
        f"import sys, atexit; atexit.register(lambda: print({slow} & {{*sys.modules}})); {GANKIT}"
    )
    assert python("-c", code, *words).stdout.splitlines()[-1] == "set()"


FIRST = """
import sys
import gankit.backend

def chosen(name=None, cpu=False, meet=False):
    print(name, "keras" in sys.modules)
    raise SystemExit

gankit.backend.choose_backend = chosen
from gankit.cli import main
main()
"""

RUN = ["run --resume {}", "sample {}", "score {}", "export {}", "apply {} .", "explore sheet {}"]


@pytest.mark.parametrize("words", RUN)
def test_a_run_chooses_its_backend_before_keras_is_imported(python, tmp_path, words):
    run = shutil.copytree(OLD_RUN, tmp_path / "run")
    facts = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**facts, "backend": "torch"}))
    Image.new("L", (8, 8)).save(tmp_path / "image.png")
    done = python("-c", FIRST, *words.replace("{}", "run").split(), KERAS_BACKEND="jax")
    assert done.stdout.splitlines() == ["torch False"]


@pytest.mark.parametrize("words", ["check quickstart", "run quickstart", "bench ring"])
def test_a_recipe_chooses_its_backend_before_keras_is_imported(python, words):
    done = python("-c", FIRST, *words.split(), "--backend", "torch", KERAS_BACKEND="jax")
    assert done.stdout.splitlines() == ["torch False"]


@pytest.mark.parametrize("words", [["--help"], ["list"], ["plugins"]])
def test_the_quick_verbs_answer_in_half_a_second(python, words):
    def seconds(*command) -> float:  # of work: other processes may be using the machine
        before = os.times()
        python("-c", *command)
        after = os.times()
        return sum(after[2:4]) - sum(before[2:4])

    # Typer reads arguments with pydantic: on a slow machine both take most of the half second.
    imports = min(seconds("import typer.rich_utils, pydantic") for _ in range(3))
    limit = max(0.5, 3 * imports)
    assert any(seconds(GANKIT, *words) < limit for _ in range(8))


# What the verbs say


def test_list_shows_names_plugins_and_one_line_each(gankit):
    code, out, _ = gankit("list", "--plugin", PARTS)
    assert code == 0
    assert "datasets\n" in out and "stabilizers\n" in out
    (line,) = (line for line in out.splitlines() if line.startswith("  jitter"))
    assert line.split(maxsplit=2) == ["jitter", "recipe_parts.py", "Shakes nothing."]
    _, out, _ = gankit("list", "losses", "--plugin", PARTS)
    assert "duel" in out and "jitter" not in out


def test_list_as_json(gankit):
    _, out, _ = gankit("list", "losses", "--json", "--plugin", PARTS)
    assert {
        "kind": "losses",
        "name": "duel",
        "plugin": "recipe_parts.py",
        "summary": "The logit as a score.",
    } in json.loads(out)


def test_list_of_keras_optimizers(gankit):
    _, out, _ = gankit("list", "optimizers", "--json")
    assert {"adam", "sgd"} <= {part["name"] for part in json.loads(out)}


def test_plugins_shows_hooks_with_their_parts(gankit):
    _, out, _ = gankit("plugins", "--plugin", PARTS)
    assert "recipe_parts.py\n" in out
    assert "gankit_losses         duel, solo" in out
    _, out, _ = gankit("plugins", "--json", "--plugin", PARTS)
    mine = json.loads(out)[-1]
    assert mine["hooks"]["gankit_datasets"] == ["dots", "crosses"]
    assert mine["failure"] == ""


def test_a_plugin_that_failed_is_reported(gankit, monkeypatch):
    from gankit.discovery.kinds import KINDS
    from gankit.discovery.plugins import Catalogue, Plugin

    broken = Plugin("cats", "gankit-cats", "1.2", failure="ImportError: no cats")
    catalogue = Catalogue((broken,), {kind: {} for kind in KINDS})
    monkeypatch.setattr("gankit.cli.plugins.load_plugins", lambda _: catalogue)
    monkeypatch.setattr("gankit.cli.list.load_plugins", lambda _: catalogue)
    code, out, _ = gankit("plugins")
    assert code == 0
    assert out.splitlines() == [
        "cats  gankit-cats 1.2",
        "  failed to load: ImportError: no cats",
        "  → GANKIT_TRACE=1 gankit plugins",
    ]
    code, _, err = gankit("list")
    assert code == 0
    assert "gankit-cats 1.2 (cats) failed to load" in err


def test_a_plugin_file_that_is_not_there(gankit):
    code, _, err = gankit("list", "--plugin", "nowhere.py")
    assert code == 1
    assert "nowhere.py" in err
