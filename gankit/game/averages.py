"""The averaged weights by which networks are sampled."""

from collections import UserDict
from typing import Any

import keras
from keras import ops

from gankit.game.networks import inputs


class Averages(UserDict[str, list[keras.Variable]]):  # which Keras does not track
    """The averages of networks by name, each in the order of the network's `variables`."""

    def output(self, name: str, network: keras.Model, x: Any, labels: Any) -> Any:
        """Return a network's output in inference, by its averages if it has any.

        Args:
            name: Of the network.
            network: It takes x, or x and labels.
            x: Noise or images, (count, …).
            labels: The classes, (count,), if the network takes them.
        """
        averages = dict(zip(map(id, network.variables), self.get(name, network.variables)))
        weights = [
            [averages[id(v)].value for v in group]
            for group in (network.trainable_variables, network.non_trainable_variables)
        ]
        given = inputs(network, ops.convert_to_tensor(x), labels)
        return ops.stop_gradient(network.stateless_call(*weights, given, training=False)[0])
