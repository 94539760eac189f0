"""The README keeps its promises, and .ci/run types what it says."""

import re
import subprocess

import pytest
from pages import ROOT, blocks

pytestmark = pytest.mark.anywhere

README = ROOT / "README.md"
INSTALL_AND_RUN, INSTALL_AND_TEST, *_ = [
    block.text.strip() for block in blocks(README) if block.language == "bash"
]


def test_its_first_two_commands_install_and_run_and_install_and_test():
    assert INSTALL_AND_RUN.split(" && ") == [
        "python3.11 -m venv .venv",
        ". .venv/bin/activate",
        "pip install -e .",
        "gankit run quickstart",
    ]
    assert INSTALL_AND_TEST.split(" && ") == ['pip install -e ".[dev]"', "pytest"]


@pytest.mark.parametrize("command", [INSTALL_AND_RUN, INSTALL_AND_TEST])
def test_ci_types_these_commands(command):
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    reading = dict(re.findall(r"^(\w+)=\$\((grep .* README.md)\)$", script, re.MULTILINE))
    found = {
        name: subprocess.run(["bash", "-c", grep], cwd=ROOT, capture_output=True, text=True).stdout
        for name, grep in reading.items()
    }
    (name,) = (name for name, line in found.items() if line == f"{command}\n")
    assert re.search(rf'^eval "\${name}[" ]', script, re.MULTILINE)


def test_the_first_screen_has_commands_before_pictures_before_the_table_before_the_plugin():
    text = README.read_text(encoding="utf-8")
    order = [INSTALL_AND_RUN, INSTALL_AND_TEST, "quickstart.png", "| kind |", "@gankit.hookimpl"]
    places = [text.index(what) for what in order]
    assert places == sorted(places)
    assert text.count("\n", 0, places[1]) < 20


def test_the_plugin_has_ten_lines_and_is_that_of_the_docs():
    (plugin,) = (block for block in blocks(README) if block.language == "python")
    first = next(b for b in blocks(ROOT / "docs/plugin.md") if b.language == "python")
    assert plugin.text == first.text
    assert len([line for line in plugin.text.splitlines() if line.strip()]) == 10
