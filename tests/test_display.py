"""What a run prints: columns that fit, numbers in their cells, and a notebook's output."""

import html
import re
import sys
from types import SimpleNamespace

import pytest
from rich.console import Console

from gankit.progress_bar import progress
from gankit.run.display import Display
from gankit.run.epoch_table import Columns, cell
from gankit.run.notebook import NotebookOutput
from gankit.run.scores import Standing

pytestmark = pytest.mark.anywhere

VALUES = {"d_loss": 0.48123, "g_loss": 12.5, "d_acc": 0.8, "g_acc": 0.3, "d_grad_norm": 3.0}
LAST = {"epoch": 2, "scores": {"frechet_distance": 141.234}, "best_by": "frechet_distance"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0.48123, "0.481"), (12.0, "12"), (0.0012345, "0.0012"), (1.2345e-7, "1e-07")),
        *((123456.0, "1e+05"), (0.0, "0"), (-0.0123456, "-0.012"), (float("nan"), "nan")),
    ],
)
def test_a_number_fits_its_cell(value, text):
    assert cell(value) == text and len(text) <= 6


@pytest.mark.parametrize(("score", "epochs"), [("frechet_distance", 100), ("", 5)])
def test_rows_align_under_the_head_and_fit(score, epochs):
    columns = Columns.fitting(VALUES, score, epochs, 80)
    row = columns.row(f"1/{epochs}", VALUES, 1134.2, Standing(LAST, LAST) if score else None)
    assert len(columns.head()) <= 80
    ends = [match.end() for match in re.finditer(r"\S+", columns.head())]
    assert [match.end() for match in re.finditer(r"\S+", row)] == ends
    assert "1,134" in row and ("141.2   141.2" in row) == bool(score)


def test_what_does_not_fit_is_left_out_losses_last():
    many = {f"{player}_loss": 1.0 for player in ("d_a", "d_b", "g")} | VALUES
    assert list(Columns.fitting(VALUES, "", 9, 31).names) == ["d_loss", "g_loss"]
    assert len(Columns.fitting(many, "frechet_distance", 9, 80).head()) <= 80
    assert list(Columns.fitting(VALUES, "", 9, 5).names) == ["d_loss"]


def test_an_epoch_that_was_not_scored_has_blank_cells():
    columns = Columns.fitting(VALUES, "far", 9, 80)
    assert columns.row("1/9", VALUES, 10.0, None).endswith(" 10")
    unscored = {**LAST, "scores": {"far": None}}
    assert columns.row("1/9", VALUES, 10.0, Standing(unscored, None)).endswith("none")


def test_a_file_gets_one_head_and_a_row_an_epoch(capsys):
    display = Display(Console(width=80), 2)
    display.decides = "frechet_distance"
    with display:
        display.begin_epoch(0, 64)
        display.step(1, 64, VALUES, 10.0, 60.0)
        display.epoch(1, VALUES, 10.0)
        with display.scoring(100):
            display.score(Standing(LAST, LAST))
        display.epoch(2, VALUES, 10.0)
        display.warn("beware")
        display.verdict("warn", "collapse")
        display.verdict("dead", "collapse")
    head, first, second, *said = capsys.readouterr().out.splitlines()
    assert head.split()[0] == "epoch" and first.startswith("  1/2") and second.endswith("141.2")
    assert said == ["warning: beware", "warning: collapse", "dead: collapse"]


def test_a_file_is_told_of_the_compilation_and_is_never_silent_for_long(capsys, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("gankit.run.display.time.monotonic", lambda: clock[0])
    display = Display(Console(width=80), 2)
    display.compiling()
    for clock[0], step in ((30.0, 1), (60.0, 2), (119.0, 3), (121.0, 4)):
        display.step(step, 64, VALUES, 10.0, 60.0)
    with display.scoring(100), progress("features", 100) as advance:
        advance(10)
        clock[0] = 181.0
        advance(10)
    first, *steps, last = capsys.readouterr().out.splitlines()
    assert (first, last) == ("compiling the training step", "scoring 100 samples")
    assert [line.split("  ")[0] for line in steps] == ["step 2/64", "step 4/64"]


def test_steps_begin_at_none_of_all():
    display = Display(Console(width=80, quiet=True), 2)
    display.begin_epoch(0, 64)
    (steps,) = (task for task in display._bars.tasks if task.description == "steps")
    assert (steps.completed, steps.total) == (0, 64)


def test_a_notebook_has_one_output_that_changes(monkeypatch):
    shown = []
    handle = SimpleNamespace(update=shown.append)

    def display(content, display_id):
        shown.append(content)
        return handle

    fake = SimpleNamespace(HTML=str, display=display)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(display=fake))
    monkeypatch.setitem(sys.modules, "IPython.display", fake)
    console = Console(file=NotebookOutput(), width=100, force_jupyter=False)
    bars = Display(console, 2)
    with bars:
        bars.step(3, 64, VALUES, 10.0, 60.0)
        assert "step 3/64  d_loss 0.481" in shown[-1] and "1:00 left" in shown[-1]
        bars.epoch(1, VALUES, 10.0)
        bars.warn("<b>")
    text = html.unescape(shown[-1])
    assert "step 3/64" not in text and "  1/2   0.481" in text and "warning: <b>" in text
    assert "<b>" not in shown[-1]
