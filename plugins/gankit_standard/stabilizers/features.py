"""Matching the discriminator's features of real and generated images."""

from typing import Any

import keras
from keras import ops

import gankit
from gankit_standard.option_types import Strength
from gankit_standard.stabilizers.network_layers import hidden


class FeatureMatching(gankit.Stabilizer):
    """Pulls the mean features of generated images towards those of real ones.

    Adds weight · ‖E f(x) − E f(G(z))‖² to the generator's loss, where f is a hidden layer of the
    discriminator.

    Args:
        weight: The weight of the penalty.
        layer: The name of the layer f; if empty, the last hidden layer.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.1.
    """

    def __init__(self, weight: Strength = 1.0, layer: str = ""):
        self.weight = weight
        self.layer = layer

    def prepare(self, gan: gankit.GAN) -> None:
        """Find the features of each discriminator."""
        names = gan.networks.of("discriminator")
        self.features = {name: self._up_to_features(gan.networks[name]) for name in names}

    def penalty(self, turn: gankit.Turn) -> Any:
        """Return the squared distance of the means, on the generator's turn."""
        if turn.player != "generator" or not self.weight:
            return 0.0
        return self.weight * sum(self._distance(turn, judgment) for judgment in turn.judgments)

    def _up_to_features(self, network: keras.Model) -> keras.Model:
        whole, features = hidden(network, self.layer)
        return keras.Model(whole.input, features, name=f"features_of_{network.name}")

    def _distance(self, turn: gankit.Turn, judgment: gankit.Judgment) -> Any:
        real, fake = (
            ops.mean(gankit.all_rows(turn.look(self.features[judgment.name], images)), axis=0)
            for images in (judgment.real_images, judgment.fake_images)
        )
        return ops.sum(ops.square(real - fake))
