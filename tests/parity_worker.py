"""Plays a step with equal weights, noise and data, and writes down all that came out."""

import sys

import keras
import numpy as np

NOISE = np.random.default_rng(2)


def draw(shape, *limits, dtype="float32", seed=None, **kind):
    """Draw with numpy what each backend draws in its own way; traced once, it stays what it is."""
    return keras.ops.convert_to_tensor(NOISE.uniform(*limits or (0, 1), shape).astype("float32"))


keras.random.normal = lambda shape, **given: draw(shape, -1, 1)
keras.random.uniform = draw

import games  # noqa: E402

from gankit import engine  # noqa: E402
from gankit_standard.losses import Bce, Wasserstein  # noqa: E402
from gankit_standard.stabilizers.penalties import GradientPenalty  # noqa: E402
from gankit_standard.stabilizers.spectral_norm import SpectralNorm  # noqa: E402
from gankit_standard.stabilizers.targets import LabelNoise  # noqa: E402
from gankit_standard.stabilizers.updates import Ema  # noqa: E402

GAMES = {
    "alternating": lambda: games.game(Bce(), [Ema(0.5)], norm=True),
    "simultaneous": lambda: games.game(Bce(), [LabelNoise(0.2)], norm=True, simultaneous=True),
    "penalised": lambda: games.game(
        Wasserstein(), [GradientPenalty()], learning_rate=0.01, repeats={"discriminator": 2}
    ),
    "normalised": lambda: games.game(Bce(), [SpectralNorm("both")], learning_rate=0.1),
}


def recorded(found, apply=engine.apply):
    """Return `engine.apply`, writing down the gradients that it gets."""

    def record(optimizer, gradients, variables):
        arrays = map(keras.ops.convert_to_numpy, gradients)
        found.update({f"gradient {len(found)} {v.path}": x for v, x in zip(variables, arrays)})
        apply(optimizer, gradients, variables)

    return record


def main(path):
    images = np.random.default_rng(0).integers(0, 256, (32, 8, 8, 1), dtype=np.uint8)
    found = {}
    for name, make in GAMES.items():
        gan = make()
        for u in (v for v in gan.variables if v.path.endswith("/u")):  # which each draws as it does
            u.assign(np.random.default_rng(1).standard_normal(u.shape))
        # eager: JAX and TensorFlow would trace the noise once, PyTorch draws it at each step
        gan.run_eagerly, gan.jit_compile = True, False
        gradients = {}
        engine.apply = recorded(gradients)
        logs = games.play(gan, images)
        found |= {f"{name} {key}": value for key, value in logs.items()}
        after = games.values(gan.variables)
        found |= {f"{name} {i} {v.path}": x for i, (v, x) in enumerate(zip(gan.variables, after))}
        found |= {f"{name} {key}": x for key, x in gradients.items()}
    np.savez(path, **{k: v for k, v in found.items() if "seed" not in k})


main(sys.argv[1])
