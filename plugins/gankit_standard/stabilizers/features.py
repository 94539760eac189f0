"""What the discriminator finds in images, as the generator's aim."""

import keras
from keras import ops

import gankit
from gankit_standard.stabilizers.graph import hidden
from gankit_standard.stabilizers.ranges import Strength


class FeatureMatching(gankit.Stabilizer):
    """Draws the mean features of generated images to those of real ones.

    Adds weight · ‖E f(x) − E f(G(z))‖² to the generator's loss, where f is a hidden layer of the
    discriminator.

    Args:
        weight: Of the penalty.
        layer: The name of the layer that gives the features; the last hidden one if empty.

    Reference:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv:1606.03498, section 3.1.
    """

    def __init__(self, weight: Strength = 1.0, layer: str = ""):
        self.weight = weight
        self.layer = layer

    def prepare(self, gan: gankit.GAN) -> None:
        """Find the features in the discriminator."""
        self.features = {
            name: self._up_to(gan.networks[name]) for name in gan.networks.of("discriminator")
        }

    def _up_to(self, network: keras.Model) -> keras.Model:
        whole, features = hidden(network, self.layer)
        return keras.Model(whole.input, features, name=f"features_of_{network.name}")

    def penalty(self, turn: gankit.Turn):
        """Return the squared distance of the means, on the generator's turn."""
        if turn.player != "generator" or not self.weight:
            return 0.0
        return self.weight * sum(self._distance(turn, judgment) for judgment in turn.judgments)

    def _distance(self, turn: gankit.Turn, judgment: gankit.Judgment):
        real, fake = (
            ops.mean(turn.look(self.features[judgment.name], images), axis=0)
            for images in (judgment.real_images, judgment.fake_images)
        )
        return ops.sum(ops.square(real - fake))
