"""Games of smooth networks, played on several devices by processes of tests."""

import keras
import numpy as np
from keras import layers

import gankit
from gankit import engine
from gankit.data.batches import Batches
from gankit.discovery.plugins import load_plugins
from gankit.game.gan import GAN
from gankit.testing.game import values

STEPS, SIZE = 20, 16
TOLERANCE = 1e-5  # of the largest value of a variable
LEAST = 0.01  # what a variable counts as where it stays at 0 but for rounding
DISCRIMINATOR, GENERATOR = "discriminator", "generator"
SMALL = {
    "ada": {"start": 0.5, "speed": 0.1},
    "minibatch-discrimination": {"kernels": 4, "dimensions": 2},
    "instance-noise": {"decay": 9},
    "virtual-batch-norm": {"reference": 4},
    "image-pool": {"size": 12},
    "top-k": {"decay": 10},
    "dragan": {"weight": 1.0},
    "feature-matching": {"weight": 0.1},
    "lecam": {"weight": 0.01},
    "gradient-penalty": {"weight": 1.0},
    "r1": {"gamma": 1.0},
    "weight-clipping": {"limit": 0.2},
    "width-aware-learning-rate": {"base": 8},
}
RING = """
seed = 7
[dataset]
name = "ring"
count = 512
[architecture]
name = "mlp"
latent = 2
generator_widths = [8]
discriminator_widths = [8]
[loss]
name = "bce"
[[stabilizers]]
name = "instance-noise"
[[stabilizers]]
name = "ema"
[training]
epochs = 4
batch_size = 32
checkpoint_every = 5
"""
# all stabilizers, in games that keep them apart where they exclude each other
GAMES = {
    "full": ("gradient-penalty", "r1", "ema", "spectral-norm", "label-noise"),
    "statistics": ("minibatch-std", "minibatch-discrimination", "feature-matching", "lecam"),
    "images": ("instance-noise", "diff-augment", "consistency", "adversarial-perturbation", "r2"),
    "chosen": ("ada", "image-pool", "top-k", "adaptive-balance", "weight-clipping"),
    "labels": ("label-flipping", "label-smoothing", "target-clipping", "dragan", "fade-in"),
    "weights": ("packing", "orthogonal", "historical-averaging", "width-aware-learning-rate"),
    "virtual": ("virtual-batch-norm", "equalised-learning-rate"),
}


def networks(norm, dropout):
    """Return a generator with batch normalisation and dropout, and a smooth discriminator."""
    noise = keras.Input((8,), name="noise")
    x = layers.Reshape((4, 4, 16))(layers.Dense(4 * 4 * 16)(noise))
    x = gankit.layers.BatchNormalization()(x)
    x = gankit.layers.Dropout(dropout, seed=1)(layers.Activation("swish")(x))
    x = gankit.layers.Conv2DTranspose(1, 4, strides=2, padding="same")(x)
    images = keras.Input((8, 8, 1), name="images")
    y = gankit.layers.Conv2D(16, 4, strides=2, padding="same", use_bias=not norm)(images)
    y = gankit.layers.BatchNormalization()(y) if norm else y
    y = layers.Flatten()(layers.Activation("swish")(y))
    y = layers.Dense(8, activation="swish")(y)
    return {
        GENERATOR: keras.Model(noise, layers.Activation("tanh")(x), name=GENERATOR),
        DISCRIMINATOR: keras.Model(images, layers.Dense(1)(y), name=DISCRIMINATOR),
    }


def game(name):
    """Return a game of one name, always with the same weights."""
    catalogue = load_plugins()
    parts = [catalogue.find("stabilizers", s).load()(**SMALL.get(s, {})) for s in GAMES[name]]
    loss = catalogue.find("losses", "bce").load()()
    repeats = {DISCRIMINATOR: 2} if name == "full" else {}
    dropout = 0.0 if name == "virtual" else 0.2  # whose reference has its own masks in a process
    made = networks(name == "labels", dropout)
    gan = GAN(made, loss, parts, repeats=repeats, seed=3)
    draw = np.random.default_rng(1)
    for v in gan.variables:
        if len(v.shape) > 1 or v.name == "u":
            v.assign(0.1 * draw.standard_normal(v.shape).astype("float32"))
    gan.compile({player: keras.optimizers.SGD(0.003) for player in loss.players})
    return gan


def batches(gan, epoch=0):
    """Return batches of random images for one epoch, arranged for the devices."""
    turns = max(gan.repeats.values())
    images = np.random.default_rng(0).integers(0, 256, (STEPS * SIZE * turns, 8, 8, 1), "uint8")
    data = gankit.Dataset({"images": images})

    def arranged(rows):
        return engine.arranged(rows, turns)

    return Batches(data, SIZE * turns, seed=5, epoch=epoch, arranged=arranged)


def played(name):
    """Return all variables of a game after 20 steps, by number and path, and its means."""
    gan = game(name)
    history = gan.fit(batches(gan), verbose=0, shuffle=False).history
    variables = [*gan.variables, *gan.optimizer.variables]
    found = {f"{i} {v.path}": x for i, (v, x) in enumerate(zip(variables, values(variables)))}
    found |= {f"mean {key}": np.asarray(x[-1]) for key, x in history.items()}
    assert all(np.isfinite(x).all() for x in found.values()), name
    return found


def assert_equal(found, expected):
    """Compare what two games left, variable by variable but for what Keras numbers in a name."""
    assert len(found) == len(expected) > 20
    pairs = (sorted(each.items(), key=_place) for each in (expected, found))
    for (name, x), (other, y) in zip(*pairs):
        scale = max(LEAST, np.abs(x).max())
        error = np.abs(x.astype("float64") - y).max() / scale
        assert error <= TOLERANCE, (name, other, error)


def _place(item):
    number, name = item[0].split(" ", 1)
    return (int(number), "") if number.isdecimal() else (1000, name)
