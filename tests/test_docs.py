"""What the documentation says is so: its tables and links are right, its commands can be typed."""

import inspect
import re
import shlex
from xml.etree import ElementTree

import numpy as np
import pytest
import typer
from cli_page import verbs
from coverage_page import STATES, shown, state
from curves import HEIGHT, TOP, WIDTH, drawing
from gallery import image, runs
from pages import PAGES, ROOT, anchors, blocks, links, place
from part_pages import PURPOSES
from reader import GANKIT
from run_folders import write_run
from shelf import shipped_parts
from tables import navigation, pages, rows, tables

from gankit import hookspecs
from gankit.cli import app
from gankit.discovery.kinds import KINDS
from gankit.game.stabilizer import Stabilizer
from gankit.recipe.shipped import shipped_recipes
from gankit.run.folder import RunFolder

pytestmark = pytest.mark.anywhere

# What is not started as it is: it installs, serves, or tests.
OTHERS = {
    ". .venv/bin/activate",
    'KERAS_BACKEND=jax pytest -m "not anywhere and not slow"',
    "KERAS_BACKEND=jax pytest gankit-drift",
    'KERAS_BACKEND=torch pytest -m "not anywhere and not slow"',
    "bash .ci/run",
    "mkdocs build --strict",
    "mypy",
    "pip install -e .",
    "pip install -e gankit-drift pytest",
    "pip install -e gankit-flat pytest",
    'pip install -e ".[dev,docs,jax,torch]"',
    'pip install -e ".[dev]"',
    'pip install -e ".[jax]"',
    'pip install -e ".[onnx]"',
    'pip install -e ".[torch]"',
    "pip install torch==2.13.0",
    "pip wheel --no-deps --wheel-dir dist ./gankit-drift",
    "pytest",
    'pytest -m "slow or long"',
    "pytest test_bright.py",
    "pytest test_checks.py",
    "pytest test_dense.py",
    "pytest test_edges.py",
    "pytest test_generators.py",
    "pytest test_mist.py",
    "pytest test_painter.py",
    "pytest test_spread.py",
    "pytest gankit-drift",
    "pytest gankit-flat",
    "python tests/campaign.py",
    "python3.11 -m venv .venv",
    "ruff check .",
    "ruff format --check .",
    "tensorboard --logdir runs",
}
SHELLS = [block for page in PAGES for block in blocks(page) if block.language == "bash"]
COMMANDS = {command for block in SHELLS for command in block.commands}
TABLES = tables()
WRITTEN = pages()
FOLLOWED = [page for page in PAGES if place(page) not in WRITTEN]


def test_only_these_commands_are_not_started():
    assert {command for command in COMMANDS if not GANKIT.match(command)} == OTHERS


def test_every_verb_is_shown_at_work():
    bash = [b for page in FOLLOWED for b in blocks(page) if b.language == "bash"]
    typed = [command for block in bash for command in block.commands]
    assert [v for v in verbs() if not any(c.startswith(f"gankit {v}") for c in typed)] == []


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_links_lead_somewhere(page):
    broken = [
        f"{path.relative_to(ROOT)}#{anchor}"
        for path, anchor in links(page)
        if not path.exists() or (anchor and anchor not in anchors(path))
    ]
    assert broken == []


@pytest.mark.parametrize(("page", "heading"), TABLES)
def test_tables_tell_what_there_is(page, heading):
    assert rows(page, heading) == TABLES[page, heading], "python tests/tables.py writes them"


def test_pages_that_a_program_writes_are_as_it_writes_them():
    found = {place(page): page.read_text(encoding="utf-8") for page in PAGES}
    folders = ("docs/parts/", "docs/gallery/", "docs/coverage.md", "docs/reference/cli.md")
    assert {name for name in found if name.startswith(folders)} == set(WRITTEN)
    stale = [name for name, text in WRITTEN.items() if found[name] != text]
    assert stale == [], "python tests/tables.py writes them"


def test_their_commands_can_be_typed():
    shown = [b for page in PAGES if page not in FOLLOWED for b in blocks(page)]
    commands = [c for block in shown if block.language == "bash" for c in block.commands]
    examples = 2 * (len(verbs()) + 1) + 1  # two each; gankit score has three
    assert len(commands) == 4 * len(shipped_recipes()) + examples
    for command in commands:
        words = shlex.split(command.partition(" > ")[0])[1:]
        verb = typer.main.get_command(app)
        while hasattr(verb, "commands"):
            verb, *words = verb.commands[words[0]], *words[1:]
        verb.make_context(verb.name, words)


@pytest.mark.parametrize(
    "claim",
    [
        "loss ring",
        "schedule adam",
        "recipe dcgan",
        "option dcgan.widht",
        "option ddcgan.width",
        "verb paint",
        "verb run --count",
        "page first_run.md",
        "page first-run.md#install-it",
    ],
)
def test_what_is_not_there_cannot_be_claimed(claim):
    with pytest.raises(AssertionError, match=claim):
        shown(claim)


def test_a_line_is_covered_in_part_or_not_yet():
    states = [state({"by": ["loss bce"]}), state({"by": ["loss bce"], "lacks": "x"}), state({})]
    assert states == list(STATES)


def test_the_pages_of_the_gallery_include_the_recipes():
    for name, path in shipped_recipes().items():
        (included,) = re.findall(r'^--8<-- "(.+)"$', WRITTEN[f"docs/gallery/{name}.md"], re.M)
        assert (ROOT / included).samefile(path)


def test_each_picture_of_the_gallery_is_told_of():
    assert {name for name in shipped_recipes() if image(name)} == set(runs())


def test_the_curves_of_a_run_are_drawn_to_scale(tmp_path):
    run = RunFolder(write_run(tmp_path / "run", epochs=1))
    run.history.write_text("epoch,d_loss,g_loss\n1,0.5,1.5\n2,1.25,3.0\n3,1.0,2.0\n")
    drawn = ElementTree.fromstring(drawing(run))
    colours = {span.text: span.get("fill") for span in drawn.findall(".//{*}tspan")}
    curves = {line.get("stroke"): line.get("points") for line in drawn.findall(".//{*}polyline")}
    for name, values in {"d_loss": [0.5, 1.25, 1.0], "g_loss": [1.5, 3.0, 2.0]}.items():
        points = [tuple(map(float, p.split(","))) for p in curves[colours[name]].split()]
        across, down = zip(*points)
        assert np.diff(across) == pytest.approx(WIDTH / 3, abs=0.1)
        expected = [TOP + HEIGHT * (3.0 - value) / (3.0 - 0.5) for value in values]
        assert down == pytest.approx(expected, abs=0.1)


def test_every_page_is_in_the_navigation():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert text == navigation(), "python tests/tables.py writes it"
    nav = text[text.index("\nnav:") : text.index("\nplugins:")]
    listed = sorted(f"docs/{page}" for page in re.findall(r"\S+\.md", nav))
    assert listed == sorted(place(page) for page in PAGES if page != ROOT / "README.md")


def test_the_seams_are_those_of_a_stabilizer():
    seams = [f"`{name}`" for name, seam in vars(Stabilizer).items() if inspect.isfunction(seam)]
    table = rows("docs/design.md", "A game of players and turns")
    assert [row.split()[1] for row in table] == seams


def test_each_part_has_one_purpose():
    for kind in KINDS:
        named = [name for names in PURPOSES[kind].values() for name in names]
        assert sorted(named) == [part.name for part in shipped_parts(kind)]


def test_each_hook_has_a_page_with_its_signature():
    hooks = [f"gankit_{kind}" for kind in KINDS]
    assert hooks == [name for name in vars(hookspecs) if name.startswith("gankit_")]
    for kind, hook in zip(KINDS, hooks):
        page = ROOT / f"docs/plugins/{kind}.md"
        text = page.read_text(encoding="utf-8")
        example, signature = text.index("```python"), text.index(f"\n::: gankit.hookspecs.{hook}\n")
        assert example < signature
        files = {b.title: b.text for b in blocks(page) if b.title}
        plugin = next(name for name, text in files.items() if f"\ndef {hook}(" in text)
        tests = files[f"test_{plugin}"]
        assert "testing.check_plugin(" in tests
        assert (
            f"testing.check_{KINDS[kind].noun}(" in tests or kind == "features"
        )  # these have no check


def test_the_page_of_the_commands_has_what_their_helps_have(gankit, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")  # so that no option is cut
    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## `gankit ?(.*)`\n((?:(?!^## ).*\n)+)", page, re.MULTILINE))
    assert list(sections) == ["", *verbs()]
    for words, section in sections.items():
        _, told, _ = gankit(*words.split(), "--help")
        told, _ = told.split("Examples:")
        rows = re.findall(r"^\| `(--[\w-]+)", section, re.MULTILINE)
        options = re.findall(r"^│[ *]+(--[\w-]+)", told, re.MULTILINE)
        assert sorted([*rows, "--help"]) == sorted(options)
