"""Parts that are not what they should be: said by `gankit check`, before anything is played."""

import pytest

PARTS = """
import keras
import numpy as np
import gankit

IMAGES = np.zeros((8, 4, 4, 1), "uint8")


def bare():
    return IMAGES


def right():
    return gankit.Dataset({"images": IMAGES})


def unnamed(spec):
    return {"discriminator": larger(spec)["discriminator"], "g": larger(spec)["generator"]}


def pair(spec):
    return [], []


def larger(spec):
    noise, images = keras.Input((2,)), keras.Input(spec.shape)
    made = keras.layers.Reshape((5, 5, 1))(keras.layers.Dense(25)(noise))
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(images))
    return {"generator": keras.Model(noise, made), "discriminator": keras.Model(images, logits)}


class Duel(gankit.Loss):
    players = {"discriminator": ("discriminator",), "g": ("g",)}

    def __call__(self, turn):
        return 0.0


@gankit.hookimpl
def gankit_losses():
    return {"duel": Duel}


@gankit.hookimpl
def gankit_datasets():
    return {"bare": bare, "right": right}


@gankit.hookimpl
def gankit_architectures():
    return {"pair": pair, "larger": larger, "unnamed": unnamed}
"""
RECIPE = """
[dataset]
name = "{}"
[architecture]
name = "{}"
[loss]
name = "{}"
"""


@pytest.mark.parametrize(
    ("dataset", "architecture", "loss", "said"),
    [
        ("bare", "mlp", "bce", "must return a gankit.Dataset. Received: ndarray"),
        (
            "right",
            "pair",
            "bce",
            "must return a dict of keras.Model. Received: tuple",
        ),
        ("right", "larger", "bce", "images (5, 5, 1), but a discriminator of images (4, 4, 1)"),
        (
            "right",
            "unnamed",
            "duel",
            "'generator', which the architecture does not build. It builds discriminator, g",
        ),
    ],
)
def test_what_a_part_returns_is_said(gankit, tmp_path, dataset, architecture, loss, said):
    (tmp_path / "parts.py").write_text(PARTS)
    (tmp_path / "wrong.toml").write_text(RECIPE.format(dataset, architecture, loss))
    code, _, err = gankit("check", "wrong.toml", "--plugin", "parts.py")
    assert code == 1 and said in " ".join(err.split()), err
    assert "Traceback" not in err
