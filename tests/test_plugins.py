"""Plugins are found, named, and blamed for what is theirs."""

import importlib
import subprocess
import sys

import pytest

from gankit.discovery.kinds import KINDS
from gankit.discovery.part import Part
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError

pytestmark = pytest.mark.anywhere

HOOK = """
import gankit

@gankit.hookimpl
def gankit_{kind}():
    return {result}
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a distribution with one module that is a plugin."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules = []

    def install(source: str, distribution: str = "gankit-cats", module: str = "", **others: str):
        module = module or distribution.replace("-", "_") + "_plugin"
        info = tmp_path / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n"
        (info / "METADATA").write_text(metadata)
        (info / "entry_points.txt").write_text(f"[gankit]\ncats = {module}\n")
        for name, text in {module: source, **others}.items():
            path = tmp_path / f"{name.replace('.', '/')}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            modules.append(name)
        importlib.invalidate_caches()

    yield install
    for name in modules:
        sys.modules.pop(name, None)


def failure_of(distribution: str) -> str:
    catalogue = load_plugins()
    (plugin,) = (p for p in catalogue.failed if p.distribution == distribution)
    assert plugin.version == "1.2" and not plugin.parts
    return plugin.failure


def test_the_parts_of_gankit_come_through_entry_points():
    catalogue = load_plugins()
    names = {plugin.name for plugin in catalogue.plugins if plugin.distribution == "gankit"}
    assert {"standard", "lego"} <= names
    assert {"bce", "wasserstein"} <= set(catalogue.parts["losses"])
    assert set(catalogue.parts) == set(KINDS)


def test_every_part_of_gankit_loads_and_says_what_it_is():
    parts = [part for parts in load_plugins().parts.values() for part in parts.values()]
    assert len(parts) >= 9
    for part in parts:
        assert callable(part.load())
        assert part.summary.endswith("."), part


@pytest.mark.parametrize("kind", KINDS)
def test_a_stranger_gives_a_part_of_each_kind(install, kind):
    install(HOOK.format(kind=kind, result='{"cat": "gankit_cats_plugin:cat"}'))
    catalogue = load_plugins()
    part = catalogue.find(kind, "cat")
    assert part.plugin == "gankit-cats 1.2 (cats)"
    (plugin,) = (p for p in catalogue.plugins if p.distribution == "gankit-cats")
    assert plugin.hooks == {f"gankit_{kind}": ["cat"]}


def test_a_lazy_part_is_described_but_not_imported(install):
    source = 'raise SystemExit("imported")\ndef cat():\n    """A cat\n    or two."""\n'
    reference = {"cat": "gankit_cats_pictures.small:cat"}
    install(
        HOOK.format(kind="datasets", result=reference),
        **{"gankit_cats_pictures.__init__": "raise SystemExit('imported')"},
        **{"gankit_cats_pictures.small": source},
    )
    part = load_plugins().find("datasets", "cat")
    assert part.summary == "A cat or two."
    assert not [name for name in sys.modules if name.startswith("gankit_cats_pictures")]
    with pytest.raises(
        GankitError, match=r'"cat" of gankit-cats 1.2 \(cats\).*SystemExit: imported'
    ):
        part.load()


@pytest.mark.parametrize("reference", ["nowhere:cat", "nowhere.at.all:cat", "json:nothing"])
def test_a_reference_to_nothing_is_the_distributions_fault(install, reference):
    install(HOOK.format(kind="datasets", result={"cat": reference}))
    part = load_plugins().find("datasets", "cat")
    assert part.summary == ""
    with pytest.raises(GankitError, match=r"gankit-cats 1\.2") as caught:
        part.load()
    assert "report it to its author" in caught.value.hint


def test_a_plugin_that_raises_is_kept_with_the_reason(install):
    install("import gankit\n\nraise ValueError('no cats today')\n")
    reason = failure_of("gankit-cats")
    assert reason == "ValueError: no cats today (gankit_cats_plugin.py, line 3)"


def test_a_plugin_with_an_import_that_fails(install):
    install("import cats_of_another_time")
    assert "No module named 'cats_of_another_time'" in failure_of("gankit-cats")


def test_a_plugin_that_is_not_python(install):
    install("def gankit_losses(:\n")
    assert "SyntaxError" in failure_of("gankit-cats")


def test_a_plugin_that_exits_does_not_take_gankit_along(install):
    install("raise SystemExit(3)")
    assert "SystemExit: 3" in failure_of("gankit-cats")


def test_a_hook_that_raises(install):
    install(HOOK.format(kind="losses", result="1 / 0"))
    assert "ZeroDivisionError" in failure_of("gankit-cats")


def test_a_misspelt_hook(install):
    install(HOOK.format(kind="loses", result="{}"))
    reason = failure_of("gankit-cats")
    assert 'Did you mean "gankit_losses"?' in reason
    assert "Received: gankit_loses" in reason


def test_a_hook_with_an_argument_that_no_hook_has(install):
    install(HOOK.format(kind="losses", result="{}").replace("()", "(config)"))
    assert "config" in failure_of("gankit-cats")


def test_one_plugin_is_not_blamed_for_another(install):
    hooks = HOOK.format(kind="loses", result="{}") + HOOK.format(kind="losses", result="{}")
    install(hooks.replace("losses()", "losses(config)"))
    install(HOOK.format(kind="metrics", result="{'dog': dict}"), "gankit-dogs")
    catalogue = load_plugins()
    assert [plugin.distribution for plugin in catalogue.failed] == ["gankit-cats"]
    assert "dog" in catalogue.parts["metrics"]


def test_a_hook_without_its_marker(install):
    install(HOOK.format(kind="losses", result="{}").replace("@gankit.hookimpl", ""))
    assert "@gankit.hookimpl" in failure_of("gankit-cats")


@pytest.mark.parametrize(
    "result",
    ["None", "['cat']", "{1: print}", "{'': print}", "{'cat': 3}", "{'cat': 'no reference'}"],
)
def test_a_hook_that_returns_what_no_hook_may(install, result):
    install(HOOK.format(kind="losses", result=result))
    assert "Received" in failure_of("gankit-cats")


@pytest.mark.parametrize(
    ("kind", "part", "expected"),
    [
        ("losses", "dict", "a subclass of gankit.Loss"),
        ("losses", "print", "a subclass of gankit.Loss"),
        ("losses", "gankit.AdversarialLoss", "must define discriminator, generator"),
        ("losses", "type('L', (gankit.Loss,), {'__call__': print})", "must define players"),
        ("stabilizers", "dict", "a subclass of gankit.Stabilizer"),
    ],
)
def test_a_part_of_the_wrong_kind(install, kind, part, expected):
    install(HOOK.format(kind=kind, result=f"{{'cat': {part}}}"))
    with pytest.raises(GankitError, match=expected) as caught:
        load_plugins().find(kind, "cat").load()
    assert "gankit-cats 1.2" in caught.value.message


def test_a_part_that_cannot_be_called():
    with pytest.raises(GankitError, match="is not a function or class"):
        Part("datasets", "three", "someone", 3).load()


def test_names_that_collide_name_both_plugins(install):
    hook = HOOK.format(kind="losses", result="{'cat': dict}")
    install(hook)
    install(hook, "gankit-dogs")
    with pytest.raises(GankitError) as caught:
        load_plugins()
    assert "gankit-cats 1.2" in caught.value.message
    assert "gankit-dogs 1.2" in caught.value.message
    assert '"cat"' in caught.value.message


def test_a_name_may_be_of_two_kinds(install):
    source = HOOK.format(kind="losses", result="{'cat': dict}")
    install(source + HOOK.format(kind="metrics", result="{'cat': dict}"))
    parts = load_plugins().parts
    assert "cat" in parts["losses"] and "cat" in parts["metrics"]


def test_an_unknown_name_is_told_what_failed_to_load(install):
    install("raise ValueError('no cats today')")
    with pytest.raises(GankitError) as caught:
        load_plugins().find("losses", "cat")
    assert "gankit-cats 1.2 (cats) (ValueError: no cats today" in caught.value.message
    assert caught.value.hint == "gankit plugins"


def test_an_unknown_name_is_told_the_nearest():
    with pytest.raises(GankitError, match='Did you mean "wasserstein"') as caught:
        load_plugins().find("losses", "Waserstein")
    assert caught.value.hint == "gankit list losses"


@pytest.mark.parametrize("name", [None, 3, [], {}, "", "x" * 100_000])
def test_a_name_that_is_none_is_short_work(name):
    with pytest.raises(GankitError) as caught:
        load_plugins().find("losses", name)
    assert len(str(caught.value)) < 1000


# Plain files


def test_a_plain_file_is_a_plugin(tmp_path):
    file = tmp_path / "my_parts.py"
    file.write_text(HOOK.format(kind="metrics", result="{'cat': dict}"))
    catalogue = load_plugins([file, file])
    assert catalogue.find("metrics", "cat").plugin == str(file)
    assert [plugin.name for plugin in catalogue.plugins].count("my_parts.py") == 1


def test_two_files_of_one_name_are_two_plugins(tmp_path):
    files = []
    for name in ("cat", "dog"):
        files.append(tmp_path / name / "parts.py")
        files[-1].parent.mkdir()
        files[-1].write_text(HOOK.format(kind="metrics", result={name: "json:dumps"}))
    assert {"cat", "dog"} <= set(load_plugins(files).parts["metrics"])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(:", "SyntaxError"),
        ("import gankit\n1 / 0", "line 2"),
        ("\0", "null bytes"),
        (HOOK.format(kind="losses", result="3"), "must return a mapping"),
        (HOOK.format(kind="loss", result="{}"), 'Did you mean "gankit_losses"?'),
    ],
)
def test_a_plain_file_that_fails_is_an_error_at_once(tmp_path, source, expected):
    file = tmp_path / "my_parts.py"
    file.write_text(source)
    with pytest.raises(GankitError, match="failed to load") as caught:
        load_plugins([file])
    assert expected in caught.value.message
    assert str(file) in caught.value.message
    assert caught.value.hint.endswith(f"gankit list --plugin {file}")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(GankitError, match="there is no such file"):
        load_plugins([tmp_path / "nowhere.py"])
    with pytest.raises(GankitError, match="it is a folder"):
        load_plugins([tmp_path])


def test_finding_plugins_imports_neither_keras_nor_numpy():
    code = (
        "import sys; from gankit.discovery.plugins import load_plugins; "
        "[p.summary for ps in load_plugins().parts.values() for p in ps.values()]; "
        "print([m for m in ('keras', 'numpy', 'pydantic', 'tensorflow') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


# The environment


def test_a_trace_shows_what_is_loaded_and_every_hook_call(install, monkeypatch, capfd):
    install(HOOK.format(kind="losses", result="{'cat': dict, 'lion': dict}"))
    install(HOOK.format(kind="losses", result="1 / 0"), "gankit-dogs")
    load_plugins()
    assert capfd.readouterr().err == ""
    monkeypatch.setenv("GANKIT_TRACE", "1")
    load_plugins()
    err = capfd.readouterr().err
    lines = [line.split(" ms  ")[1] for line in err.splitlines() if line.startswith("trace: ")]
    assert lines[-4:] == [
        "load gankit-cats 1.2 (cats), gankit_cats_plugin",
        "gankit_losses() of gankit-cats 1.2 (cats) → cat, lion",
        "load gankit-dogs 1.2 (cats), gankit_dogs_plugin",
        "gankit_losses() of gankit-dogs 1.2 (cats) → failed",
    ]
    assert "line 6, in gankit_losses" in err and "ZeroDivisionError" in err
    shipped = {line.split(" → ")[0] for line in lines}
    assert {f"gankit_{kind}() of gankit 0.1.0 (standard)" for kind in KINDS} <= shipped


@pytest.mark.parametrize("named", ["cats", "gankit-cats", " gankit-cats , cats"])
def test_only_the_plugins_that_are_named_are_loaded(install, monkeypatch, named):
    install(HOOK.format(kind="losses", result="{'cat': dict}"))
    monkeypatch.setenv("GANKIT_PLUGINS", named)
    catalogue = load_plugins()
    assert [plugin.distribution for plugin in catalogue.plugins] == ["gankit-cats"]
    assert {"standard", "lego", "toy"} <= set(catalogue.left_out)
    with pytest.raises(GankitError, match="in a plugin that GANKIT_PLUGINS leaves out: ") as caught:
        catalogue.find("losses", "hinge")
    assert all(name in caught.value.message for name in catalogue.left_out)


def test_one_of_two_plugins_of_one_name_can_be_chosen(install, monkeypatch):
    hook = HOOK.format(kind="losses", result="{'cat': dict}")
    install(hook)
    install(hook, "gankit-dogs")
    monkeypatch.setenv("GANKIT_PLUGINS", "gankit,gankit-dogs")
    assert load_plugins().find("losses", "cat").plugin == "gankit-dogs 1.2 (cats)"


def test_a_plugin_that_is_named_and_not_installed(install, monkeypatch):
    monkeypatch.setenv("GANKIT_PLUGINS", "standart,lego")
    with pytest.raises(GankitError, match='Did you mean "standard"') as caught:
        load_plugins()
    assert caught.value.message.endswith("Received: standart")


def test_no_names_are_no_limit(monkeypatch):
    monkeypatch.setenv("GANKIT_PLUGINS", " ")
    assert load_plugins().left_out == ()


def test_a_file_is_loaded_whatever_is_named(tmp_path, monkeypatch):
    file = tmp_path / "my_parts.py"
    file.write_text(HOOK.format(kind="metrics", result="{'cat': dict}"))
    monkeypatch.setenv("GANKIT_PLUGINS", "lego")
    assert load_plugins([file]).find("metrics", "cat")
