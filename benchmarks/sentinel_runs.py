"""Games made to fail, and healthy ones, and what the monitors say of each.

python benchmarks/sentinel_runs.py IMAGES.npz FOLDER [CASE …]: IMAGES has `images` (n, 28, 28, 1) of
uint8; each run goes into FOLDER, a minute or two on two cores.
"""

import json
import subprocess
import sys
from pathlib import Path

BASE = """
seed = 1
[dataset]
name = "npz"
path = "{images}"
[architecture]
name = "mlp"
latent = 16
[loss]
name = "bce"
[training]
epochs = 12
batch_size = 64
sample_every = 4
[[metrics]]
name = "frechet-distance"
[scoring]
count = 1000
"""
RATE = "players.{}.optimizer.learning_rate={}"
D, G = "discriminator", "generator"


def part(kind: str, name: str, options: str = "") -> str:
    return f'{kind}=[{{name="{name}"{options}}}]'


CASES = {  # the settings of each, and the verdicts that are expected
    "collapse": ([RATE.format(D, 2e-5), RATE.format(G, 1e-2)], {"mode-collapse"}),
    "won": (['loss.name="minimax"', RATE.format(D, 2e-3), RATE.format(G, 1e-5)], {"won"}),
    "frozen-g": ([RATE.format(G, 1e-12)], {"frozen-g"}),
    "frozen-d": ([RATE.format(D, 1e-12)], {"frozen-d"}),
    "explosion": ([RATE.format(D, 0.3), RATE.format(G, 0.3)], {"exploding-d", "worse-than-chance"}),
    "unbounded": (['loss.name="wasserstein"', RATE.format(D, 1e-3)], {"exploding-d", "runaway"}),
    "healthy-bce": ([], set()),
    "healthy-hinge": (['loss.name="hinge"', part("stabilizers", "spectral-norm")], set()),
    "healthy-lsgan": (['loss.name="least-squares"'], set()),
    "healthy-wgan-gp": (
        ['loss.name="wasserstein"', part("stabilizers", "gradient-penalty")],
        set(),
    ),
    "healthy-relativistic": (['loss.name="relativistic"', part("stabilizers", "r1")], set()),
    "healthy-r1": ([part("stabilizers", "r1")], set()),
}


def main(images: str, folder: str, *names: str) -> None:
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    recipe = home / "base.toml"
    recipe.write_text(BASE.format(images=Path(images).resolve()))
    for name in names or CASES:
        settings, expected = CASES[name]
        out = home / name
        if not out.exists():
            changes = [word for setting in settings for word in ("--set", setting)]
            words = ["run", str(recipe), *changes, "--out", str(out)]
            subprocess.run([sys.executable, "-m", "gankit", *words], capture_output=True)
        path = out / "verdicts.jsonl"
        events = [json.loads(x) for x in path.read_text().splitlines()] if path.is_file() else []
        said = {e["name"]: f"{e['level']} at epoch {e['epoch']}" for e in reversed(events)}
        alarms = {n for n, told in said.items() if not told.startswith("note")}
        right = bool(alarms & expected) if expected else not alarms
        print(f"{'ok ' if right else 'NO '} {name:22} {said}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
