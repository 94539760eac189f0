"""What the monitors cost: python benchmarks/sentinel_cost.py RECIPE [KEY=VALUE …].

CPU time of a step, and of a look, which comes every 32 steps; medians, so that what else runs on
the machine matters little.
"""

import statistics
import sys
import time
from collections.abc import Callable

import keras

from gankit.discovery.plugins import load_plugins
from gankit.recipe.recipe import read_recipe
from gankit.run.experiment import assemble
from gankit.sentinel.log import EVERY
from gankit.sentinel.watcher import Watcher

ROUNDS = 12


def seconds(do: Callable[[int], object]) -> float:
    times = []
    for number in range(ROUNDS):
        start = time.process_time()
        do(number)
        times.append(time.process_time() - start)
    return statistics.median(times[2:])


def main(path: str, *settings: str) -> None:
    recipe = read_recipe(path, load_plugins(), settings)
    experiment = assemble(recipe)
    gan, batch = experiment.gan, experiment.batches()[0]
    monitors = [section.make() for section in recipe.monitors]
    size = recipe.training.batch_size
    watcher = Watcher(gan, experiment.dataset, monitors, size, recipe.seed)
    step = seconds(lambda number: gan.train_on_batch(batch[0], return_dict=True))
    look = seconds(watcher)
    print(
        f"{path} {keras.backend.backend()}: step {1000 * step:.1f} ms, look {1000 * look:.1f} ms, "
        f"{look / step / EVERY:.2%} of the step"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
