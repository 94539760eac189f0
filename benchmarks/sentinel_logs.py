"""What the monitors find in published logs: python benchmarks/sentinel_logs.py LOGS LABELS [LEGO].

LOGS has the columns run, step, d_loss, g_loss, fid; LABELS has run, best_fid, best_step, label.
"""

import csv
import gzip
import math
import sys
from collections import defaultdict
from pathlib import Path

from gankit.game.trace import Outlook, Trace
from gankit.sentinel.guard import outlook_of
from gankit.sentinel.judging import Judging, replay
from gankit_standard import losses
from gankit_standard.monitors.losses import Losses
from gankit_standard.monitors.oscillation import Oscillation
from gankit_standard.monitors.scores import Scores

COLUMNS = {"step": "step", "d_loss": "d_loss", "g_loss": "g_loss", "fid": "score"}
RULES = {
    "won": ("losses", "won", "warn"),
    "swing": ("oscillation", "losses", "note"),
    "worse than chance": ("losses", "worse-than-chance", "warn"),
    "1.3 × the best level": ("scores", "degraded", ""),
    "1.45 × the best level": ("scores", "degraded", "dead"),
    "never learned": ("scores", "never-learned", "warn"),
}


def loss_of(run: str) -> Outlook:
    """Return what is known of a run's loss, by its name: StudioGAN adds both halves of a BCE."""
    model = run.split("__")[1].split("-train")[0]
    if model.startswith("WGAN"):
        return outlook_of(losses.Wasserstein)
    if model.startswith("LSGAN"):
        return outlook_of(losses.LeastSquares)
    if model.startswith("DCGAN"):
        return Outlook(0.0, 2 * math.log(2), 2.5)
    return outlook_of(losses.Hinge)


def read(path: Path) -> dict[str, dict[str, list[float]]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    runs = defaultdict(lambda: defaultdict(list))
    for row in csv.DictReader(text.splitlines()):
        for key, name in COLUMNS.items():
            runs[row["run"]][name].append(float(row[key]) if row[key] else math.nan)
    return runs


def found(trace: Trace) -> dict[tuple[str, str, str], int]:
    monitors = {"losses": Losses(), "oscillation": Oscillation(), "scores": Scores()}
    events = [e for events in replay(Judging(monitors), trace) for e in events]
    return {
        (e["monitor"], e["name"], e["level"]): e["step"]
        for e in reversed(events)
        if e["event"] == "begins"
    }


def _is(rule: tuple[str, str, str], key: tuple[str, str, str]) -> bool:
    return key[:2] == rule[:2] and rule[2] in ("", key[2])


def main(logs: str, labels: str, lego: str | None = None) -> None:
    with Path(labels).open() as file:
        known = {row["run"]: row for row in csv.DictReader(file)}
    rows = defaultdict(list)
    for run, columns in read(Path(logs)).items():
        columns["epoch"] = [0.0] * len(columns["step"])
        trace = Trace(columns, len(columns["step"]), loss_of(run))
        rows[known[run]["label"]].append((run, found(trace)))
    print(f"{'rule':24}" + "".join(f"{label:>20}" for label in rows))
    for rule, key in RULES.items():
        hits = [sum(any(_is(key, k) for k in said) for _, said in its) for its in rows.values()]
        counts = [f"{count} of {len(its)}" for count, its in zip(hits, rows.values())]
        print(f"{rule:24}" + "".join(f"{count:>20}" for count in counts))
    for label, its in rows.items():
        for run, said in its:
            if label != "healthy" or said:
                print(label, run, {f"{m}/{n}/{lv}": step for (m, n, lv), step in said.items()})
    if lego:
        from gankit.sentinel.log_reading import read_table

        trace = read_table(Path(lego), {}, outlook_of(losses.Bce))
        for events in replay(Judging({"losses": Losses()}), trace):
            for e in events:
                print("lego", e["step"], e["event"], e["name"], e["level"])


if __name__ == "__main__":
    main(*sys.argv[1:])
