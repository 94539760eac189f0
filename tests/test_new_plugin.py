"""`gankit new plugin`: what it writes, what it refuses, and that all of it works elsewhere."""

import ast
import json
import os
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
from pages import ROOT

from gankit.discovery.kinds import KINDS
from gankit.discovery.scaffold import PLURALS, TAKEN, names_of

pytestmark = pytest.mark.anywhere

TEMPLATES = ROOT / "gankit/templates/plugin"


def of_kind(kind: str) -> str:
    return f"gankit-new-{kind}"


# What it writes


def written(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in files}


def test_there_are_templates_for_each_kind():
    assert {path.name for path in TEMPLATES.iterdir()} == {"shared", *PLURALS}
    assert set(PLURALS.values()) == {*KINDS} - {"features"}


@pytest.mark.parametrize("kind", PLURALS)
def test_it_writes_a_whole_distribution(gankit, tmp_path, kind):
    code, out, _ = gankit("new", "plugin", "gankit-Very.flat", "--kind", kind)
    assert code == 0
    files = written(tmp_path / "gankit-Very.flat")
    assert set(files) == {
        *(".github/workflows/tests.yml", ".gitignore", "README.md", "pyproject.toml"),
        *("recipe.toml", "gankit_very_flat/__init__.py", f"gankit_very_flat/{kind}.py"),
        "tests/test_gankit_very_flat.py",
    }
    assert [line.split("/", 1)[1] for line in out.splitlines()[:8]] == list(files)
    assert out.splitlines()[8:] == [
        "→ pip install -e gankit-Very.flat pytest",
        "→ pytest gankit-Very.flat",
        "→ gankit run gankit-Very.flat/recipe.toml",
    ]
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["name"] == "gankit-Very.flat"
    assert project["entry-points"] == {"gankit": {"very-flat": "gankit_very_flat"}}
    assert not [name for name, text in files.items() for word in WORDS if word in name + text]


WORDS = names_of("gankit-flat", "loss")


def test_what_it_writes_is_in_good_style(gankit, tmp_path):
    for kind in PLURALS:
        gankit("new", "plugin", of_kind(kind), "--kind", kind)
    for words in (
        ["check", "--select", "E,F,I,B,UP,RET,D1", "--ignore", "D107"],
        ["format", "--check"],
    ):
        options = ["--isolated", "--line-length", "100"]
        done = subprocess.run(
            ["ruff", *words, *options, "--exclude", "tests", tmp_path],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout


# What it refuses


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("gankit-flat", "stabiliser", 'Did you mean "stabilizer"?'),
        ("gankit-flat", "losses", "Allowed: dataset, architecture, loss, stabilizer, metric"),
        ("gankit flat", "loss", "letters a to z, digits and hyphens"),
        ("../flat", "loss", "letters a to z, digits and hyphens"),
        ("flat-", "loss", "letters a to z, digits and hyphens"),
        ("3d", "loss", "starts with a letter"),
        ("", "loss", "starts with a letter"),
        ("json", "loss", "called json, which can already be imported"),
        ("numpy", "loss", "called numpy, which can already be imported"),
        ("gankit-toy", "loss", "called gankit_toy, which can already be imported"),
        ("class", "loss", "called class, which is a keyword of Python"),
        ("gankit-lambda", "dataset", "Python code cannot use the name"),
        ("gankit-field", "loss", "Python code cannot use the name"),
        ("gankit-3d", "loss", "cannot use the name 3d or 3d"),
        ("gankit-hinge", "loss", 'like the loss "hinge" of gankit'),
    ],
)
def test_a_name_that_cannot_be_used(gankit, tmp_path, name, kind, said):
    code, _, err = gankit("new", "plugin", name, "--kind", kind)
    assert code == 1 and said in err
    assert list(tmp_path.iterdir()) == []


def test_the_hint_of_a_refusal_works(gankit, tmp_path):
    _, _, err = gankit("new", "plugin", "hinge", "--kind", "loss")
    *_, hint = err.splitlines()
    assert gankit(*hint.removeprefix("→ gankit ").split())[0] == 0


def test_nothing_is_overwritten(gankit, tmp_path):
    (tmp_path / "gankit-flat").mkdir()
    (tmp_path / "gankit-flat/mine.txt").write_text("mine")
    code, _, err = gankit("new", "plugin", "gankit-flat", "--kind", "loss")
    assert code == 1 and "nothing was written" in err
    assert written(tmp_path) == {"gankit-flat/mine.txt": "mine"}


def test_the_names_that_templates_need_are_taken():
    trees = [ast.parse(file.read_text("utf-8")) for file in TEMPLATES.glob("*/my_package/*.py")]
    imports = [x for tree in trees for x in tree.body if isinstance(x, ast.Import | ast.ImportFrom)]
    assert {name.asname or name.name for node in imports for name in node.names} == TAKEN


# Where it is new


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Return a function that runs a program of a fresh environment in an empty folder.

    It has gankit's wheel, built from the checkout, and of the environment of the tests all else.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin/python"
    paths = sysconfig.get_paths(vars={"base": str(environment), "platbase": str(environment)})
    known = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    (Path(paths["purelib"]) / "tests.pth").write_text("\n".join(known) + "\n")
    unset = {"PYTHONPATH": "", "GANKIT_CACHE": str(folder / "cache"), "PIP_NO_INPUT": "1"}

    def run(program, *words) -> str:
        command = [sys.executable, "-m", "pip", "--python", python, *words]
        if program != "pip":
            command = [environment / "bin" / program, *words]
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, **unset}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("pip", "install", "--quiet", "hatchling")
    run("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", ROOT)
    return run


@pytest.mark.slow
def test_it_installs_passes_its_tests_and_runs_its_recipe(elsewhere):
    names = [of_kind(kind) for kind in PLURALS]
    for kind, name in zip(PLURALS, names):
        elsewhere("gankit", "new", "plugin", name, "--kind", kind)
    elsewhere(
        "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *(f"./{n}" for n in names)
    )
    found = {p["distribution"]: p for p in json.loads(elsewhere("gankit", "plugins", "--json"))}
    for kind, name in zip(PLURALS, names):
        assert found[name]["hooks"] == {f"gankit_{PLURALS[kind]}": [f"new-{kind}"]}
        assert found[name]["failure"] == ""
    assert "passed" in elsewhere("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *names)
    elsewhere("python", "-c", RUN_ALL, *names)
    where = elsewhere("python", "-c", "import gankit; print(gankit.__file__)")
    assert str(ROOT) not in where


# The command line, once for all five, since each start of TensorFlow takes seconds.
RUN_ALL = """
import sys
from gankit.cli import main
for name in sys.argv[1:]:
    sys.argv[1:] = ["run", f"{name}/recipe.toml", "--set", "training.epochs=1", "--cpu"]
    try:
        main()
    except SystemExit as left:
        assert not left.code, name
sys.argv[1:] = ["score", "runs/gankit-new-metric-1", "--metrics", "new-metric", "--count", "200"]
main()
"""
