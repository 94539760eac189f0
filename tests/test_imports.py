"""Which modules of gankit may import which; it is read from the source, and nothing is run."""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import ROOT

pytestmark = pytest.mark.anywhere

LOWER = ("discovery", "recipe", "game", "data", "engine", "run")
UPPER = ("reporting", "exporting", "bench", "sweep", "cli")
Arrows = dict[str, set[str]]


def modules(root: Path) -> dict[str, Path]:
    """Return the files of a package by the names of their modules."""
    files = (file for file in (root / "gankit").rglob("*.py") if "templates" not in file.parts)
    return {_name(file.relative_to(root)): file for file in files}


def _name(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(module: str, file: Path, known: dict[str, Path]) -> Iterator[tuple[str, bool]]:
    """Yield the known modules that a module imports, and whether inside a function."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    inside = {id(node) for f in ast.walk(tree) if isinstance(f, functions) for node in ast.walk(f)}
    for node in ast.walk(tree):
        for name in _targets(node, module, file.name == "__init__.py"):
            found = next((n for n in _itself_and_above(name) if n in known), None)
            if found and found != module:
                yield found, id(node) in inside


def _targets(node: ast.AST, module: str, is_package: bool) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    above = module.split(".")
    above = above[: len(above) - node.level + is_package] if node.level else []
    source = ".".join([*above, *filter(None, [node.module])])
    return [f"{source}.{alias.name}" for alias in node.names]


def _itself_and_above(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(len(parts), 0, -1))


def arrows(root: Path, lazy: bool) -> Arrows:
    """Return the imports of each module, with those inside functions or without."""
    known = modules(root)
    found = {name: set(imported(name, file, known)) for name, file in known.items()}
    return {n: {m for m, inside in targets if lazy or not inside} for n, targets in found.items()}


def cycles(graph: Arrows) -> list[set[str]]:
    """Return the groups of modules that import each other, by Tarjan's algorithm."""
    index, low, stack, found = {}, {}, [], []
    count = itertools.count()

    def visit(module: str) -> None:
        index[module] = low[module] = next(count)
        stack.append(module)
        for target in graph[module]:
            if target not in index:
                visit(target)
            if target in stack:
                low[module] = min(low[module], low[target])
        if low[module] == index[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            found.extend([set(group)] if len(group) > 1 else [])

    for module in graph:
        if module not in index:
            visit(module)
    return found


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_modules_import_each_other_only_inside_the_game():
    groups = cycles(arrows(ROOT, lazy=False))
    assert [group for group in groups if {room(module) for module in group} != {"game"}] == []


@pytest.mark.parametrize("lower", LOWER)
def test_the_rooms_below_import_nothing_of_those_above(lower):
    graph = arrows(ROOT, lazy=True)
    sources = [module for module in graph if room(module) == lower]
    assert sources
    assert [(m, t) for m in sources for t in sorted(graph[m]) if room(t) in UPPER] == []


def test_the_sentinel_imports_nothing_of_a_run_which_uses_it():
    graph = arrows(ROOT, lazy=True)
    between = {(room(m), room(t)) for m, targets in graph.items() for t in targets}
    assert ("run", "sentinel") in between
    assert ("sentinel", "run") not in between


def test_gankit_imports_no_plugin():
    packages = {folder.name for folder in (ROOT / "plugins").iterdir() if folder.is_dir()}
    assert len(packages) >= 5
    for file in modules(ROOT).values():
        nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        names = {target.split(".")[0] for node in nodes for target in _targets(node, "", False)}
        assert not names & packages, file


def test_a_cycle_and_a_lazy_import_are_seen(tmp_path):
    package = tmp_path / "gankit"
    package.mkdir()
    texts = {
        "__init__": "",
        "one": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from gankit import two\n",
        "two": "from gankit.three import x\n",
        "three": "from .one import y\n",
        "four": "def f():\n    import gankit.one\n",
    }
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text)
    assert cycles(arrows(tmp_path, lazy=False)) == [{"gankit.one", "gankit.two", "gankit.three"}]
    assert arrows(tmp_path, lazy=False)["gankit.four"] == set()
    assert arrows(tmp_path, lazy=True)["gankit.four"] == {"gankit.one"}
