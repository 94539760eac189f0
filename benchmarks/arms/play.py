"""The process of an arm: reads a number of steps, plays them, answers with milliseconds a step."""

import contextlib
import importlib
import json
import sys
import time

import keras
import numpy as np

WARM_UP = 45  # on PyTorch gankit plays 40 steps before it captures the step


def main(module: str, batch: int, policy: str, clock: str) -> None:
    """Play the step of a module on one batch, bricks or, for a ring, points.

    A module with `MANY` plays any number of steps itself.
    """
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(1)
    draw = np.random.default_rng(0)
    if module.endswith("_ring"):
        examples = draw.normal(size=(batch, 2)).astype("float32")
    else:
        examples = draw.integers(0, 256, (batch, 64, 64, 1), dtype=np.uint8)
    arm, now = importlib.import_module(f"arms.{module}"), getattr(time, clock)
    step = arm.build(examples)

    def play(steps: int) -> None:
        if getattr(arm, "MANY", False):
            step(steps)
            return
        for _ in range(steps):
            step()

    play(WARM_UP if module.startswith(("toolkit", "fit", "several")) else 3)
    say("ready")
    for line in sys.stdin:
        start = now()
        play(int(line))
        say((now() - start) / int(line) * 1000)


def say(value: object) -> None:
    print(json.dumps(value), flush=True, file=ANSWERS)


if __name__ == "__main__":
    ANSWERS = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
