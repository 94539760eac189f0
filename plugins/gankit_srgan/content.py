"""The distance of two images by their pixels, or by features of VGG-19."""

import os
from pathlib import Path
from typing import Any

import keras
from keras import ops

import gankit

LAST = "block5_conv4"  # φ₅,₄ of the paper, after its activation
SCALE = 1 / 12.75  # of features, so that their distance is about that of pixels
MEANS = (103.939, 116.779, 123.68)  # of blue, green and red in ImageNet, for VGG-19


class ContentDistance:
    """The mean squared distance of images, or of their features in a layer of VGG-19.

    `weights` is a file of weights of Keras' VGG19 without its top; None compares pixels.
    """

    def __init__(self, weights: str | None, layer: str = LAST):
        self.network: Any = None
        if weights:
            self.network = _vgg19(Path(os.path.expanduser(weights)), layer)  # noqa: PTH111  # of nobody: stays ~nobody

    def __call__(self, real: Any, made: Any) -> Any:
        """Return the distance of images (batch, height, width, 1 or 3) in [−1, 1], a scalar."""
        if self.network is not None:
            real, made = self.features(real), self.features(made)
        return ops.mean(ops.square(real - made))

    def features(self, images: Any) -> Any:
        """Return the features (batch, …) of images in [−1, 1], in float32."""
        bgr = ops.flip(ops.broadcast_to(images, (*ops.shape(images)[:3], 3)), axis=-1)
        centred = (bgr + 1) * 127.5 - ops.convert_to_tensor(MEANS, dtype="float32")
        return SCALE * ops.cast(self.network(centred, training=False), "float32")


def _vgg19(weights: Path, layer: str) -> keras.Model:
    """Return VGG-19 up to a layer, for images of any size."""
    whole = keras.applications.VGG19(
        include_top=False, weights=None, input_shape=(None, None, 3), pooling=None
    )
    layers = [found.name for found in whole.layers[1:]]
    if layer not in layers:
        raise gankit.GankitError(
            f"VGG-19 has no layer {layer!r}. Allowed: {', '.join(layers)}", "gankit show content"
        )
    try:
        whole.load_weights(weights)
    except (OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise gankit.GankitError(
            f"{str(weights)!r} cannot be read as weights of Keras' VGG19 without its top (seen "
            f"from {Path.cwd()}): {reason}",
            "on a machine with a network: keras.applications.VGG19(include_top=False)"
            '.save_weights("vgg19.weights.h5")',
        ) from error
    whole.trainable = False
    return keras.Model(whole.inputs, whole.get_layer(layer).output, name="vgg19")
