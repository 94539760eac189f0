"""The public API is complete, typed, documented, and changes with a line of the changelog."""

import ast
import importlib
import inspect
import subprocess
import sys

import api
import pytest
from pages import ROOT

import gankit
from gankit.discovery.plugins import load_plugins

pytestmark = pytest.mark.anywhere

HINT = "write a line on it in docs/changelog.md, then: python tests/api.py"


def test_it_changes_with_a_line_of_the_changelog():
    changed = api.changed(api.read())
    assert not changed, f"the public API has changed; {HINT}"


def test_each_line_is_in_the_changelog():
    assert not api.untold(api.read()), f"the changelog lost a line, or it was edited; {HINT}"


def test_a_change_without_a_line_is_refused(tmp_path, monkeypatch):
    file, changelog = tmp_path / "api.txt", tmp_path / "changelog.md"
    text = api.FILE.read_text(encoding="utf-8")
    file.write_text(text.replace("gankit.progress(description", "gankit.progress(text"))
    changelog.write_text(api.CHANGELOG.read_text(encoding="utf-8"))
    monkeypatch.setattr(api, "FILE", file)
    monkeypatch.setattr(api, "CHANGELOG", changelog)
    assert list(api.changed(api.read())) == ["gankit.progress"]
    with pytest.raises(SystemExit, match=r"gankit\.progress"):
        api.write()
    changelog.write_text(changelog.read_text() + "- `gankit.progress` calls it `description`.\n")
    api.write()
    assert not api.changed(api.read())
    assert not api.untold(api.read())
    changelog.write_text("")
    assert set(api.untold(api.read())) == set(api.names())


def test_all_that_is_public_is_in_all_and_nothing_else():
    tree = ast.parse((ROOT / "gankit/__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = [(alias.name, alias.asname) for node in imports for alias in node.names]
    assert sorted(names) == [(name, name) for name in gankit.__all__] and len(names) > 25
    assert gankit.__all__ == dir(gankit) == sorted(gankit.__all__)


def test_the_parts_of_gankit_need_nothing_else():
    files = sorted((ROOT / "plugins").rglob("*.py"))
    assert len(files) > 30
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gankit":
                assert node.module == "gankit", f"{file}, line {node.lineno}"
                assert {alias.name for alias in node.names} <= set(gankit.__all__)
            elif isinstance(node, ast.Import):
                assert not [a.name for a in node.names if a.name.startswith("gankit.")], file
            elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "gankit":
                assert node.attr in gankit.__all__, f"{file}, line {node.lineno}"


@pytest.mark.parametrize("name", api.names())
def test_it_is_documented(name):
    thing = api.names()[name]
    assert api.about(thing), name
    text = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    assert f"::: {name}\n" in text or f"`{name}`" in text, f"docs/reference.md lacks {name}"
    if inspect.isclass(thing):
        members = {n: m for n, m in vars(thing).items() if inspect.isfunction(m) and n[0] != "_"}
        assert [n for n, member in members.items() if not member.__doc__] == []


def test_it_says_that_it_is_typed():
    assert (ROOT / "gankit/py.typed").read_text() == ""


def test_importing_it_imports_neither_keras_nor_numpy():
    code = "import sys, gankit; print({'keras', 'numpy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


def test_nothing_of_it_is_missing():
    for module in api.MODULES:
        for name in importlib.import_module(module).__all__:
            assert getattr(importlib.import_module(module), name) is not None
    with pytest.raises(AttributeError, match="attribute nothing"):
        gankit.nothing  # noqa: B018
    assert load_plugins().failed == ()
