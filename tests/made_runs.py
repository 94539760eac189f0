"""A run's folder as training leaves it, without the training."""

import keras
import numpy as np
from networks import randomise

from gankit.discovery.plugins import load_plugins
from gankit.recipe.recipe import read_recipe
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.experiment import assemble
from gankit.run.folder import RunFolder

RECIPE = """
seed = 7
[dataset]
name = "blobs"
[architecture]
name = "small"
[loss]
name = "bce"
[[stabilizers]]
name = "ema"
"""


def made_run(folder, plugins=(), recipe=RECIPE, steps=40):
    """Return a run of random weights, its game and its averages, which differ from the weights."""
    (folder / "made.toml").write_text(recipe, encoding="utf-8")
    found = read_recipe(folder / "made.toml", load_plugins(plugins))
    experiment = assemble(found)
    gan = experiment.gan
    for number, network in enumerate(gan.networks.values()):
        randomise(network, seed=number)
    draw = np.random.default_rng(9)
    for average in (a for averages in gan.averages.values() for a in averages):
        average.assign(draw.uniform(0.2, 0.7, average.shape))
    run = RunFolder.create("made", folder / "made")
    spec = {"backend": keras.backend.backend(), "plugins": [str(path) for path in plugins]}
    run.describe(found, spec)
    run.note_data(0, experiment.dataset)
    Checkpoints(run.checkpoints).save(gan, Place(steps=steps))
    return run, gan
