"""gankit runs: which runs there are, and how far each is."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from run_folders import scored, write_run

from gankit.api.runs import RunSummary, summaries
from gankit.run.lock import is_locked, locked

pytestmark = pytest.mark.anywhere


@pytest.fixture
def runs(tmp_path):
    """A finished run, a newer one that was stopped, and one that is damaged."""
    folder = tmp_path / "runs"
    lines = [scored(2, 2.0), scored(4, 3.0)]
    write_run(folder / "blobs-1", epochs=4, sheets=(), scores=lines)
    (folder / "blobs-1/checkpoints").mkdir()
    (folder / "blobs-1/checkpoints/best").write_text("step-000000024\n")
    later = {"started": "2026-01-03T03:04:05+00:00"}
    write_run(folder / "blobs-2", epochs=1, sheets=(), spec=later)
    write_run(folder / "broken", sheets=())
    (folder / "broken/run.json").write_text("{")
    return folder


def test_each_run_has_its_state_and_its_best_score(runs):
    newer, older, broken = summaries(runs)
    assert (newer.name, newer.state, newer.epoch, newer.epochs) == ("blobs-2", "stopped", 1, 4)
    assert (older.name, older.state, older.recipe) == ("blobs-1", "finished", "blobs")
    assert older.score == "distance 2"
    assert broken.state == "damaged" and "run.json is damaged" in broken.problem


def test_a_run_is_training_while_a_process_holds_its_lock(runs):
    run = runs / "blobs-2"
    assert not is_locked(run)
    with locked(run):
        assert is_locked(run)
        with locked(run):  # this process may take it again
            pass
        assert is_locked(run)
        assert summaries(runs)[0].state == "training"
    assert summaries(runs)[0].state == "stopped"
    with locked(run):  # looking has not taken it
        pass


@pytest.mark.parametrize(
    ("passed", "age"),
    [
        ({"seconds": 40}, "40 s"),
        ({"minutes": 5}, "5 min"),
        ({"hours": 3}, "3 h"),
        ({"days": 2}, "2 d"),
    ],
)
def test_ages(tmp_path, passed, age):
    now = datetime(2026, 1, 2, tzinfo=UTC)
    assert RunSummary(tmp_path, "stopped", started=now - timedelta(**passed)).age(now) == age


def test_the_table_fits_and_warns(gankit, runs):
    code, out, err = gankit("runs")
    assert code == 0 and err.startswith("warning: ") and "run.json is damaged" in err
    head, *rows = (line.split("  ") for line in out.splitlines())
    assert [cell.strip() for cell in head if cell] == [
        *("run", "recipe", "epochs", "state", "best score", "age")
    ]
    assert [row[1] for row in rows] == ["blobs-2", "blobs-1", "broken"]
    assert max(map(len, out.splitlines())) <= 80
    (first, *_) = json.loads(gankit("runs", "--json")[1])
    assert (first["path"], first["state"]) == ("runs/blobs-2", "stopped")


def test_no_runs(gankit):
    assert gankit("runs")[:2] == (0, "no runs in runs\n")


def test_a_run_is_known_by_its_name(gankit, runs):
    code, out, _ = gankit("report", "blobs-1")
    assert code == 0 and "runs/blobs-1/report.html" in out
