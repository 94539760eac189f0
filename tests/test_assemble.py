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


def pair(spec):
    return [], []


def larger(spec):
    noise, images = keras.Input((2,)), keras.Input(spec.shape)
    made = keras.layers.Reshape((5, 5, 1))(keras.layers.Dense(25)(noise))
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(images))
    return {"generator": keras.Model(noise, made), "discriminator": keras.Model(images, logits)}


@gankit.hookimpl
def gankit_datasets():
    return {"bare": bare, "right": right}


@gankit.hookimpl
def gankit_architectures():
    return {"pair": pair, "larger": larger}
"""
RECIPE = """
[dataset]
name = "{}"
[architecture]
name = "{}"
[loss]
name = "bce"
"""


@pytest.mark.parametrize(
    ("dataset", "architecture", "said"),
    [
        ("bare", "mlp", "must return a gankit.Dataset. Received: ndarray"),
        ("right", "pair", "must return keras.Models by name. Received: tuple"),
        ("right", "larger", "images (5, 5, 1), but a discriminator of images (4, 4, 1)"),
    ],
)
def test_what_a_part_returns_is_said(gankit, tmp_path, dataset, architecture, said):
    (tmp_path / "parts.py").write_text(PARTS)
    (tmp_path / "wrong.toml").write_text(RECIPE.format(dataset, architecture))
    code, _, err = gankit("check", "wrong.toml", "--plugin", "parts.py")
    assert code == 1 and said in " ".join(err.split()), err
    assert "Traceback" not in err
