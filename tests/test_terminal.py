"""What the shell and the terminal get: completions, exit codes, and no escape codes unasked."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from gankit.cli import app
from gankit.discovery.plugins import load_plugins
from gankit.recipe.settings import Training

pytestmark = pytest.mark.anywhere

GANKIT = "from gankit.cli import main; main()"
ESCAPE = "\x1b"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with recipes, two runs, and files that are neither."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    shutil.copy(ROOT / "recipes/ring.toml", "mine.toml")
    Path("pyproject.toml").write_text("[project]\nname = 'no-recipe'\n")
    for run in ("runs/mine-1", "runs/mine-2", "elsewhere"):
        Path(run).mkdir(parents=True)
        Path(run, "run.json").write_text("{}")
    return tmp_path


@pytest.fixture
def offered(gankit, folder, monkeypatch):
    """Return what bash is offered for words, the last of which is being typed."""

    def offered(*words):
        variables = {
            "_GANKIT_COMPLETE": "complete_bash",
            "COMP_WORDS": "\n".join(["gankit", *words]),
            "COMP_CWORD": str(len(words)),
        }
        os.environ.update(variables)
        code, out, err = gankit()
        assert (code, err) == (0, "")
        return out.split()

    return offered


def on_a_terminal(*words, **environment):
    """Return what a command prints on a terminal of 80 columns."""
    main, side = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm-256color", **environment}
    command = [sys.executable, "-c", GANKIT, *words]
    process = subprocess.Popen(command, env=environment, stdout=side, stderr=side, stdin=side)
    os.close(side)
    said = b""
    while True:
        try:
            said += os.read(main, 65536)
        except OSError:  # it has left
            break
    process.wait()
    os.close(main)
    return said.decode()


# Completion


def test_recipes_and_runs_are_offered(offered):
    assert offered("run", "m") == ["mad_ring", "minimax_mnist", "mine.toml"]
    assert offered("check", "recipes/ring") == ["recipes/ring.toml", "recipes/ring_best.toml"]
    assert offered("run", "py") == []
    runs = ["runs/mine-1", "runs/mine-2"]
    verbs = ("sample",), ("score",), ("export",), ("run", "--resume"), ("explore", "nearest")
    for words in verbs:
        assert offered(*words, "runs/") == runs
        assert sorted(offered(*words, "")) == ["elsewhere", *runs]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("show", "label-"), {"label-flipping", "label-noise", "label-smoothing"}),
        (
            ("show", "min"),
            {"minimax", "minibatch-std", "minibatch-discrimination", "mine.toml"}
            | {"minimax_mnist"},
        ),
        (("list", "s"), {"stabilizers", "schedules"}),
        (("list", "r"), {"recipes"}),
        (("report", "mine-"), {"mine-1", "mine-2"}),
        (("run", "--backend", ""), {"tensorflow", "jax", "torch"}),
        (("new", "recipe", "dcgan_m"), {"dcgan_mnist"}),
        (("new", "recipe", "x", "--from", "dcgan_m"), {"dcgan_mnist"}),
        (("score", "--metrics", "prdc,ke"), {"prdc,kernel-distance"}),
        (("export", "runs/mine-1", "--format", "s"), {"saved-model"}),
        (("ex",), {"explore", "export"}),
    ],
)
def test_names_are_offered(offered, words, expected):
    assert set(offered(*words)) == expected


def test_the_keys_of_set_are_those_of_the_recipe_that_was_named(offered):
    known = set(offered("run", "--set", ""))
    assert {f"training.{name}=" for name in Training.__dataclass_fields__} < known
    assert not any(key.startswith("architecture.w") for key in known)
    keys = set(offered("run", "recipes/dcgan_lego.toml", "--cpu", "--set", "seed=1", "--set", ""))
    options = {"architecture.width=", "dataset.size=", "players.generator.optimizer.beta_1="}
    options |= {"scoring.every=", "stabilizers.1.decay=", "metrics.0.name="}
    assert known | options <= keys
    assert "architecture.spec=" not in keys
    assert offered("show", "mine.toml", "--set", "dataset.co") == ["dataset.count="]
    assert not offered("show", "mine.toml", "--set", "scoring.")  # it has no metrics


def test_every_key_that_is_offered_can_be_set(offered, gankit):
    keys = offered("show", "recipes/dcgan_lego.toml", "--set", "")
    del os.environ["_GANKIT_COMPLETE"]
    words = [word for key in keys for word in ("--set", f"{key}{{}}")]  # a table, which none takes
    code, _, err = gankit("show", "recipes/dcgan_lego.toml", *words)
    assert code == 1 and "is unknown" not in err


def test_a_recipe_that_cannot_be_read_is_no_error_while_typing(offered):
    Path("broken.toml").write_text("[architecture]\n= what")
    assert offered("run", "broken.toml", "--set", "training.ep") == []
    assert offered("run", "nowhere.toml", "--set", "training.ep") == []


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_asks_without_keras_and_without_executing_a_file(python, folder, shell):
    Path("trap.py").write_text("raise SystemExit('executed')")
    words = "gankit run mine.toml --plugin trap.py --set architecture.latent"
    asked = {"_GANKIT_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": words}
    asked |= {"COMP_WORDS": words, "COMP_CWORD": "6"}
    code = f"import sys, atexit; atexit.register(lambda: print('keras' in sys.modules)); {GANKIT}"
    *offers, imported = python("-c", code, **asked).stdout.splitlines()
    wanted = {
        "bash": ["architecture.latent="],
        "zsh": ["""_arguments '*: :(("architecture.latent=":"The size of the noise."))'"""],
    }
    assert offers == wanted[shell]
    assert imported == "False"


@pytest.mark.skipif(shutil.which("bash") is None, reason="it needs bash")
def test_bash_itself_completes(folder):
    program = folder / "gankit"
    program.write_text(f'#!{sys.executable}\nimport sys; sys.argv[0] = "gankit"\n{GANKIT}\n')
    program.chmod(0o755)
    script = (
        'PATH=".:$PATH"; eval "$(gankit --show-completion bash)"\n'
        "COMP_WORDS=(gankit sample runs/mine-); COMP_CWORD=2; _gankit_completion gankit\n"
        'printf "%s " "${COMPREPLY[@]}"'
    )
    variables = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(["bash", "-c", script], env=variables, capture_output=True, text=True)
    assert done.stdout == "runs/mine-1 runs/mine-2 ", done.stderr


# Exit codes


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--version", 0),
        ("list losses", 0),
        ("plugins --json", 0),
        ("new recipe quickstart", 0),
        ("show bce", 0),
        ("list loses", 1),
        ("show nothing", 1),
        ("check nowhere.toml", 1),
        ("run nowhere.toml", 1),
        ("run --resume nowhere", 1),
        ("sample nowhere", 1),
        ("score nowhere", 1),
        ("export nowhere", 1),
        ("explore nearest nowhere", 1),
        ("new recipe nowhere", 1),
        ("bench ring --arms nobody --cpu", 1),
        ("plugins --plugin nowhere.py", 1),
        ("schema --plugin nowhere.py", 1),
        ("run", 2),
        ("run mine.toml --resume runs/mine-1", 2),
        ("score", 2),
        ("score a b c", 2),
        ("sample", 2),
        ("sample runs/mine-1 --count 0", 2),
        ("export runs/mine-1 --format tiff", 2),
        ("explore interpolate runs/mine-1 --way round", 2),
        ("bench rings", 2),
        ("bench ring --seeds few", 2),
        ("new recipe", 2),
        ("plugins --colour", 2),
    ],
)
def test_exit_codes(gankit, folder, words, code):
    found, out, err = gankit(*words.split())
    assert found == code, out + err
    assert "Traceback" not in out + err
    assert bool(err) == (code > 0)
    assert err.startswith("error: ") == (code == 1)


# Colours, pipes and programs


def test_no_escape_codes_but_on_a_terminal_that_wants_them(python):
    for words in (["list", "losses"], ["--help"], ["list", "loses"]):
        assert ESCAPE in on_a_terminal(*words, NO_COLOR="")
        assert ESCAPE not in on_a_terminal(*words, NO_COLOR="1")
        done = python("-c", GANKIT, *words, check=False)
        assert ESCAPE not in done.stdout + done.stderr


def test_what_to_type_next_is_said_on_a_terminal_only(gankit):
    lines = on_a_terminal("list", "losses", NO_COLOR="1").splitlines()
    assert lines[-1] == "→ gankit show NAME"
    assert max(map(len, lines)) <= 80
    assert "→" not in gankit("list", "losses")[1]


def test_plugins_names_every_part_on_a_narrow_terminal():
    said = on_a_terminal("plugins", NO_COLOR="1")
    assert max(map(len, said.splitlines())) <= 80 and "…" not in said
    words = set(said.replace(",", " ").split())
    assert {name for parts in load_plugins().parts.values() for name in parts} <= words


@pytest.mark.parametrize("words", ["list", "plugins", "run --help"])
def test_a_reader_that_goes_away_sees_no_traceback(words):
    command = f'"{sys.executable}" -c "{GANKIT}" {words} | head -1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stdout.count("\n") <= 1
    assert done.stderr == ""


def test_the_version(gankit):
    import gankit as package

    assert gankit("--version")[1] == f"gankit {package.__version__}\n"


def test_what_programs_read_is_json(gankit):
    for words in (["list"], ["plugins"], ["schema"]):
        json.loads(gankit(*words, *["--json"] * (words != ["schema"]))[1])
    with_json = {
        command.name
        for command in app.registered_commands
        if "as_json" in command.callback.__code__.co_varnames
    }
    assert with_json == {"list", "runs", "plugins", "score", "export", "diagnose"}
