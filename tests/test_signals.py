"""Ctrl-C, SIGTERM and SIGHUP, whenever they come; `tests/test_run.py` sends them to processes."""

import os
import signal
from contextlib import suppress

import pytest
from rich.console import Console
from trained_runs import PARTS, RECIPE, assert_same_bits, train

from gankit.recipe.section import Section
from gankit.run import callbacks, experiment
from gankit.run.display import Display
from gankit.run.signals import ENDING, heard

NETWORKS = experiment._networks  # `build` itself is imported elsewhere, maybe while it is patched
SHORTER = RECIPE.replace("epochs = 6", "epochs = 2")


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "blobs.toml"
    path.write_text(SHORTER)
    return path


@pytest.fixture(autouse=True)
def handlers():
    """Whoever heard the signals before hears them again afterwards."""
    before = {number: signal.getsignal(number) for number in ENDING}
    yield
    assert {number: signal.getsignal(number) for number in ENDING} == before


def during_preparation(monkeypatch, number, swallowed):
    """Let a signal come while networks are built, and maybe a library swallow the interruption."""

    def networks(*given):
        with suppress(*[KeyboardInterrupt] * swallowed):
            signal.raise_signal(number)
        return NETWORKS(*given)

    monkeypatch.setattr(experiment, "_networks", networks)


@pytest.mark.parametrize("swallowed", [False, True])
@pytest.mark.parametrize("number", ENDING)
def test_a_signal_before_the_first_step_ends_a_run_that_leaves_nothing(
    gankit, recipe, tmp_path, monkeypatch, number, swallowed
):
    during_preparation(monkeypatch, number, swallowed)
    code, out, err = gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    assert (code, err) == (130, "")
    assert out.endswith("stopped before the first step; nothing was saved\n")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_while_the_data_is_made_says_so(gankit, recipe, tmp_path, monkeypatch, number):
    make = Section.make

    def made(section, *given, **named):
        if section.part.kind == "datasets":
            signal.raise_signal(number)
        return make(section, *given, **named)

    monkeypatch.setattr(Section, "make", made)
    code, out, err = gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    assert (code, err) == (130, "")
    assert out.endswith("stopped before the first step; nothing was saved\n")
    assert not (tmp_path / "run").exists()


def test_a_resumed_run_that_is_stopped_before_its_first_step_can_be_resumed(
    gankit, recipe, tmp_path, monkeypatch
):
    whole = train(tmp_path, SHORTER, "whole").path
    resume = ("run", "--resume", "run", "--plugin", PARTS)
    steps = callbacks.Count.on_train_batch_end

    def step(self, batch, logs=None):
        steps(self, batch, logs)
        if self.session.place.steps == 7:
            signal.raise_signal(signal.SIGTERM)

    with monkeypatch.context() as patched:
        patched.setattr(callbacks.Count, "on_train_batch_end", step)
        code, out, _ = gankit("run", recipe, "--plugin", PARTS, "--out", "run")
    assert code == 130
    assert out.endswith(f"saved at step 7\n→ gankit run --resume run --plugin {PARTS}\n")
    with monkeypatch.context() as patched:
        during_preparation(patched, signal.SIGTERM, False)
        code, out, _ = gankit(*resume)
    assert code == 130 and "\nstopped\n→ gankit run --resume run" in out
    assert gankit(*resume)[0] == 0
    assert_same_bits(whole, tmp_path / "run")


@pytest.mark.skipif(len(ENDING) < 3, reason="there is no SIGHUP")
@pytest.mark.parametrize("ignored", [False, True])
def test_sighup_saves_unless_nohup_ignores_it(ignored):
    came = []
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    try:
        with heard(lambda number, frame: came.append(number)):
            for number in ENDING:
                signal.raise_signal(number)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert came == list(ENDING)[: 2 if ignored else 3]


def test_a_run_whose_terminal_is_gone_prints_nothing_more(tmp_path):
    pty = pytest.importorskip("pty")
    user, program = pty.openpty()
    with os.fdopen(program, "w") as terminal, (tmp_path / "log").open("w") as log:
        for file, silent in ((log, False), (terminal, False)):
            display = Display(Console(file=file), 1)
            display.check_terminal()
            assert display.console.quiet is silent
        os.close(user)
        display.check_terminal()
        assert display.console.quiet
        display.warn("nobody reads this")
