"""Somebody who follows a page of the documentation, from its first line to its last."""

import contextlib
import inspect
import os
import re
import runpy
import shlex
import shutil
import signal
import sys
import tomllib
import webbrowser
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import typer
from pages import ROOT, Block
from PIL import Image

from gankit.cli import app, main
from gankit.discovery.plugins import load_plugins
from gankit.recipe import toml
from gankit.recipe.overrides import override, read_table
from gankit.recipe.recipe import check_recipe
from gankit.run import callbacks

SMALL = ("training.epochs=2", "training.batch_size=16")
NARROW = {
    "dcgan": ("architecture.width=4",),
    "mlp": (),
    "srgan": ("architecture.width=4", "architecture.blocks=1"),
}
LITTLE = ("dataset.size=28", "dataset.count=48")


GANKIT = re.compile(r"([A-Z_]+=\S+ )*gankit ")  # a command, with what is set for it
CODES = {"refused": 1, "misused": 2, "stopped": 130}  # of commands, by the marker of their block
LISTENING = callbacks.Save.listening


class Reader:
    """Follows the blocks of a page, in a folder of their own.

    A block with a title becomes the file of that name. Recipes are checked, Python is loaded as a
    plugin or run, and gankit is started, at a tiny size. A command for another backend than that of
    this process, or for packages that are not installed, is parsed only.

    Args:
        folder: Empty, and the current one.
        monkeypatch: Pytest's.
        capsys: Pytest's.
    """

    def __init__(self, folder: Path, monkeypatch, capsys):
        self.folder, self.monkeypatch, self.capsys = folder, monkeypatch, capsys
        self.recipe: dict = {}
        self.plugins: list[Path] = []
        self.printed = ""
        monkeypatch.setattr(webbrowser, "open", lambda address: True)
        monkeypatch.syspath_prepend(str(folder))
        shutil.copytree(ROOT / "recipes", folder / "recipes")
        _write_pictures(folder / "my_images")

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        if block.title:
            (self.folder / block.title).write_text(block.text, encoding="utf-8")
        {"toml": self._check, "python": self._load, "bash": self._type, "text": self._compare}[
            block.language
        ](block)

    def _check(self, block: Block) -> None:
        table = tomllib.loads(block.text)
        if block.marker not in ("refused", "space"):
            table = override(self.recipe, table, "") if block.marker == "fragment" else table
            check_recipe(table, load_plugins(self.plugins), block.place)
            self.recipe = self.recipe or table

    def _load(self, block: Block) -> None:
        if "hookimpl" not in block.text or not block.title:
            self._run(block)
            return
        path = self.folder / block.title
        parts = load_plugins([path]).plugins[-1].parts
        assert parts and all(part.load() for part in parts)
        if path not in self.plugins:
            self.plugins.append(path)

    def _run(self, block: Block) -> None:
        """Run a program, or what fails with an assertion, and keep what it said."""
        program = compile(little(block.text, self.folder), block.place, "exec")
        try:
            exec(program, {"__file__": str(self.folder / block.title)})
        except AssertionError as error:
            if block.marker != "refused":
                raise
            self.printed = f"{error}\n"
        else:
            assert block.marker != "refused", "it was not refused"
            self.printed = self.capsys.readouterr().out

    def _type(self, block: Block) -> None:
        for command in block.commands:
            if GANKIT.match(command):
                expected = CODES.get(block.marker, 0)
                if block.marker == "stopped":
                    self.monkeypatch.setattr(callbacks.Save, "listening", _stop_at_once)
                code, self.printed = self._start(command, small=expected in (0, 130))
                assert code == expected, f"{command}\n{self.printed}"
            elif command.startswith("pip install -e gankit-"):
                self._install(self.folder / command.split()[3])
            elif command.startswith("pytest gankit-"):
                self._test(self.folder / command.split()[1])
            elif command.startswith("pytest test_"):
                self._test_file(self.folder / command.split()[1])

    def _compare(self, block: Block) -> None:
        if block.marker == "output":
            assert self.printed == block.text, self.printed
        elif block.marker == "said":
            assert [x for x in block.text.splitlines() if x not in self.printed] == [], self.printed

    def _start(self, command: str, small: bool) -> tuple[int, str]:
        """Run a command; return its exit code, and what it printed."""
        command, _, file = command.partition(" > ")
        words = shlex.split(command)
        settings = dict(word.split("=", 1) for word in words[: words.index("gankit")])
        words = words[len(settings) + 1 :]
        if _is_for_others(words):
            _parse(words)
            return 0, ""
        if words[:2] == ["run", "--resume"]:
            _lose_the_newest_checkpoint(Path(words[-1]))
            words = [re.sub(r"^training\.epochs=\d+$", "training.epochs=3", w) for w in words]
        code, out, err = self._main([*words, *(_small(words) if small else [])], settings)
        if file:
            (self.folder / file).write_text(out, encoding="utf-8")
        return code, out + err

    def _main(self, words: list[str], settings: dict[str, str]) -> tuple[int, str, str]:
        self.monkeypatch.setattr(sys, "argv", ["gankit", *words])
        self.forget()
        try:
            with _undone():
                os.environ |= settings
                main()
        except SystemExit as left:
            return left.code, *self.capsys.readouterr()
        raise AssertionError("gankit did not exit")

    def _test(self, home: Path) -> None:
        """Run the tests of a distribution that need nothing of pytest."""
        (file,) = (home / "tests").glob("test_*.py")
        assert self._test_file(file) == 4

    def _test_file(self, file: Path) -> int:
        """Run the tests of a file; return how many they are."""
        self.forget()
        tests = [f for name, f in runpy.run_path(str(file)).items() if name.startswith("test_")]
        assert tests and not [f for f in tests if inspect.signature(f).parameters]
        for test in tests:
            test()
        return len(tests)

    def forget(self) -> None:
        """Forget modules of this folder, which may be other ones by now."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None) or ""
            if file.startswith(f"{self.folder}/") and not name.startswith("plugin "):  # of --plugin
                del sys.modules[name]

    def _install(self, home: Path) -> None:
        """Put a distribution and its entry point on the path, as an editable install does."""
        project = tomllib.loads((home / "pyproject.toml").read_text("utf-8"))["project"]
        name, version = project["name"], project["version"]
        info = self.folder / f"site-packages/{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        ((entry, target),) = project["entry-points"]["gankit"].items()
        (info / "entry_points.txt").write_text(f"[gankit]\n{entry} = {target}\n")
        self.monkeypatch.syspath_prepend(str(info.parent))
        self.monkeypatch.syspath_prepend(str(home))


def little(program: str, folder: Path) -> str:
    """Return a program that trains a little recipe of the same name instead of quickstart."""
    if 'train("quickstart"' not in program:
        return program
    table = read_table("quickstart", _small(["run", "quickstart"])[1::2])
    path = folder / "little/quickstart.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(toml.write(table), encoding="utf-8")
    return program.replace('train("quickstart"', f"train({str(path)!r}")


def _small(words: list[str]) -> list[str]:
    """Return what makes a command quick, where it scores, or trains a recipe."""
    if words[0] == "score" and not {"--count", "--self-test"} & {*words}:
        return ["--count", "200"]
    if words[0] not in ("run", "check", "sweep") or words[1].startswith("-"):
        return ["--trials", "2"] if words[0] == "sweep" else []
    data = words[words.index("--data") + 1] if "--data" in words else None
    recipe = read_table(words[1], (), data)
    little = {"folder": LITTLE[:1], "npz": (), "ring": LITTLE[1:], "notes": LITTLE[1:]}
    changes = little.get(recipe["dataset"]["name"], LITTLE)
    narrow = NARROW.get(recipe["architecture"]["name"], NARROW["dcgan"])
    few = ("scoring.count=64",) if "scoring" in recipe or "metrics" in recipe else ()
    small = [word for change in (*SMALL, *narrow, *changes, *few) for word in ("--set", change)]
    return [*small, "--trials", "2"] if words[0] == "sweep" else small


def _is_for_others(words: list[str]) -> bool:
    """Return whether a command needs another backend, or packages that are not installed."""
    if words[0] == "watch" or "--jobs" in words:  # it never ends, or starts others like pytest
        return True
    if "--backend" in words and keras.backend.backend() not in words:
        return True
    return "onnx" in words and find_spec("tf2onnx") is None


def _parse(words: list[str]) -> None:
    """Read the words of a command as Typer does, without calling it."""
    command = typer.main.get_command(app).get_command(None, words[0])
    command.make_context(words[0], words[1:])


def _lose_the_newest_checkpoint(run: Path) -> None:
    """Leave a run as if it had been killed in its last epoch."""
    shutil.rmtree(max((run / "checkpoints").glob("step-*")))


@contextlib.contextmanager
def _stop_at_once(save: callbacks.Save) -> Iterator[None]:
    """Listen for Ctrl-C, as `Save.listening` does, and have it typed."""
    with LISTENING(save):
        signal.raise_signal(signal.SIGINT)
        yield


def _write_pictures(folder: Path) -> None:
    folder.mkdir()
    values = np.random.default_rng(0).integers(0, 256, (32, 9, 8, 3), dtype=np.uint8)
    for number, image in enumerate(values):
        Image.fromarray(image).save(folder / f"{number}.png")


@contextlib.contextmanager
def _undone() -> Iterator[None]:
    """Undo what gankit does to its process: the environment, and who hears signals."""
    environment = dict(os.environ)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(environment)
        for number, handler in handlers.items():
            signal.signal(number, handler)
