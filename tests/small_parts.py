"""Parts small enough for a test, as a stranger would write them: a file for `--plugin`."""

import keras
import numpy as np
from keras import layers

import gankit


def blobs(count: int = 96, flip: bool = True, size: int = 8) -> gankit.Dataset:
    """Blobs of light, (size, size, 1), of two classes.

    Args:
        count: How many.
        flip: Whether a mirror image is as good.
        size: In pixels, a multiple of 4.
    """
    draw = np.random.default_rng(0)
    x = np.linspace(-1, 1, size)
    left, width = draw.uniform(-0.5, 0.5, (count, 1, 1)), draw.uniform(0.3, 0.6, (count, 1, 1))
    light = np.exp(-((x[None, None] - left) ** 2 + x[None, :, None] ** 2) / width**2)
    labels = (left[:, 0, 0] > 0).astype("int32")
    return gankit.Dataset(
        {"images": np.uint8(255 * light)[..., None], "labels": labels}, "lr", flip
    )


def small(spec: gankit.DataSpec, latent: int = 4, dropout: float = 0.2) -> dict[str, keras.Model]:
    """Two networks of a few hundred weights.

    Args:
        spec: Of the data.
        latent: The size of the noise.
        dropout: In the discriminator.
    """
    noise = keras.Input((latent,), name="noise")
    edge = spec.shape[0] // 4
    x = layers.Reshape((edge, edge, 8))(layers.Dense(8 * edge**2)(noise))
    x = layers.LeakyReLU()(layers.BatchNormalization()(x))
    x = gankit.layers.Conv2DTranspose(1, 4, strides=4, padding="same", activation="tanh")(x)
    seen = keras.Input(spec.shape, name="images")
    y = layers.LeakyReLU()(gankit.layers.Conv2D(8, 4, strides=4, padding="same")(seen))
    y = layers.Dense(1)(layers.Flatten()(gankit.layers.Dropout(dropout)(y)))
    return {"generator": keras.Model(noise, x), "discriminator": keras.Model(seen, y)}


class Explode(gankit.Stabilizer):
    """Makes the loss infinite from a step on.

    Args:
        at: The step.
    """

    def __init__(self, at: int = 5):
        self.at = at

    def prepare(self, gan):
        self.steps = gan.steps

    def penalty(self, turn):
        late = keras.ops.cast(self.steps.value >= self.at, "float32")
        return -keras.ops.log(1.0 - late)


class Outward(gankit.Stabilizer):
    """Noise on the targets that leaves [0, 1].

    Args:
        amount: How far.
    """

    def __init__(self, amount: float = 0.3):
        self.amount = amount

    def prepare(self, gan):
        self.seed = gan.seed

    def targets(self, targets):
        return gankit.Targets(*(self._noisy(each) for each in (targets.real, targets.fake)))

    def _noisy(self, targets):
        shape = keras.ops.shape(targets)
        return targets + keras.random.uniform(shape, -self.amount, self.amount, seed=self.seed)


class Doom(gankit.Monitor):
    """Calls a game dead from a step on, as long as it asks for the answer 1.

    Args:
        at: The step.
    """

    logged = ("top",)

    def __init__(self, at: int = 10_000):
        self.at = at

    def watch(self, look):
        return {"top": keras.ops.max(look.judgments[0].targets.real)}

    def judge(self, trace):
        if trace.step >= self.at and trace.last("top")[0] > 0.95:
            remedy = {"stabilizers": [{"name": "label-smoothing", "amount": 0.2}]}
            reason = f"the end is near with {', '.join(trace.outlook.stabilizers)}"
            yield gankit.Verdict("doomed", "dead", reason, "smooth it", [remedy])


class Buggy(gankit.Monitor):
    """Fails, from a step on.

    Args:
        at: The step.
        method: What fails.
    """

    logged = ("bottom",)

    def __init__(self, at: int = 50, method: str = "judge"):
        self.at = at
        self.method = method

    def watch(self, look):
        if self.method == "watch":
            raise ValueError("too dark to see")
        return {"bottom": keras.ops.min(look.judgments[0].fake_images)}

    def judge(self, trace):
        if self.method == "judge" and trace.step >= self.at:
            raise ZeroDivisionError("nothing to divide by")
        return ()


@gankit.better("high")
def far(real, fake, scale: float = 1.0) -> float:
    """How far the mean sample is from the mean example: the more, the better, for once.

    Args:
        real: Features, (count, size).
        fake: Features, (count, size).
        scale: What the distance is multiplied by.
    """
    return scale * float(np.linalg.norm(real.mean(axis=0) - fake.mean(axis=0)))


def light(fake_images) -> float:
    """How light the samples are, which is neither good nor bad."""
    return float(fake_images.mean())


@gankit.hookimpl
def gankit_datasets():
    return {"blobs": blobs}


@gankit.hookimpl
def gankit_architectures():
    return {"small": small}


@gankit.hookimpl
def gankit_stabilizers():
    return {"explode": Explode, "outward": Outward}


@gankit.hookimpl
def gankit_metrics():
    return {"far": far, "light": light}


@gankit.hookimpl
def gankit_monitors():
    return {"buggy": Buggy, "doom": Doom}
