"""Somebody who follows a page of the documentation, from its first line to its last."""

import contextlib
import os
import shlex
import shutil
import signal
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import typer
from pages import ROOT, Block
from PIL import Image

from gankit.cli import app, main
from gankit.overrides import override
from gankit.plugins import load_plugins
from gankit.recipe import check_recipe

SMALL = ("training.epochs=2", "training.batch_size=16")
NARROW = ("architecture.width=4",)
LITTLE = ("dataset.size=28", "dataset.count=48")


class Reader:
    """Follows the blocks of a page, in a folder of their own.

    A block with a title becomes the file of that name. Recipes are checked, Python is loaded as a
    plugin or run, and gankit is started, at a tiny size. A command for another backend than that of
    this process is parsed only.

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
        if block.title == "pyproject.toml":
            self._install(table)
        elif block.marker != "refused":
            table = override(self.recipe, table, "") if block.marker == "fragment" else table
            check_recipe(table, load_plugins(self.plugins), block.place)
            self.recipe = self.recipe or table

    def _load(self, block: Block) -> None:
        if not block.title:
            exec(block.text, {})
            return
        path = self.folder / block.title
        parts = load_plugins([path]).plugins[-1].parts
        assert parts and all(part.load() for part in parts)
        if path not in self.plugins:
            self.plugins.append(path)

    def _type(self, block: Block) -> None:
        for command in block.commands:
            if command.startswith("gankit "):
                refused = block.marker == "refused"
                code, self.printed = self._start(command, small=not refused)
                assert code == refused, f"{command}\n{self.printed}"

    def _compare(self, block: Block) -> None:
        if block.marker == "output":
            assert self.printed == block.text, self.printed

    def _start(self, command: str, small: bool) -> tuple[int, str]:
        """Run a command; return its exit code, and what it printed."""
        command, _, file = command.partition(" > ")
        words = shlex.split(command)[1:]
        if "--backend" in words and keras.backend.backend() not in words:
            _parse(words)
            return 0, ""
        if "--resume" in words:
            _lose_the_newest_checkpoint(Path(words[-1]))
        code, out, err = self._main([*words, *(_small(words) if small else [])])
        if file:
            (self.folder / file).write_text(out, encoding="utf-8")
        return code, out + err

    def _main(self, words: list[str]) -> tuple[int, str, str]:
        self.monkeypatch.setattr(sys, "argv", ["gankit", *words])
        try:
            with _undone():
                main()
        except SystemExit as left:
            return left.code, *self.capsys.readouterr()
        raise AssertionError("gankit did not exit")

    def _install(self, project: dict) -> None:
        """Put the module and the entry point of a distribution on the path, as pip does."""
        name, version = project["project"]["name"], project["project"]["version"]
        site, module = self.folder / "site-packages", name.replace("-", "_")
        info = site / f"{module}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        ((entry, target),) = project["project"]["entry-points"]["gankit"].items()
        (info / "entry_points.txt").write_text(f"[gankit]\n{entry} = {target}\n")
        shutil.copy(self.plugins.pop(), site / f"{module}.py")
        self.monkeypatch.syspath_prepend(str(site))


def _small(words: list[str]) -> list[str]:
    """Return what makes a command quick, where it trains a recipe."""
    if words[0] not in ("run", "check") or words[1].startswith("-"):
        return []
    recipe = tomllib.loads(Path(words[1]).read_text(encoding="utf-8"))
    little = {"folder": LITTLE[:1], "npz": (), "ring": LITTLE[1:]}
    changes = little.get(recipe["dataset"]["name"], LITTLE)
    narrow = () if recipe["architecture"]["name"] == "mlp" else NARROW
    return [word for change in (*SMALL, *narrow, *changes) for word in ("--set", change)]


def _parse(words: list[str]) -> None:
    """Read the words of a command as Typer does, without calling it."""
    command = typer.main.get_command(app).get_command(None, words[0])
    command.make_context(words[0], words[1:])


def _lose_the_newest_checkpoint(run: Path) -> None:
    """Leave a run as if it had been killed in its last epoch."""
    shutil.rmtree(max((run / "checkpoints").glob("step-*")))


def _write_pictures(folder: Path) -> None:
    folder.mkdir()
    values = np.random.default_rng(0).integers(0, 256, (32, 9, 8, 3), dtype=np.uint8)
    for number, picture in enumerate(values):
        Image.fromarray(picture).save(folder / f"{number}.png")


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
