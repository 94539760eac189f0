"""What is inside the discriminators of a game, for parts that ask whether they fit."""

import keras

import gankit

WITHOUT_NORM = (
    "set discriminator_norm = false in [architecture], or choose one whose discriminator has none: "
    "gankit list architectures"
)


def judged_through(gan: gankit.GAN, kind: type[keras.Layer]) -> bool:
    """Return whether a network that the player `discriminator` trains has a layer of a kind."""
    names = gan.game.players.get("discriminator", ())
    return any(isinstance(x, kind) for name in names for x in layers_in(gan.networks[name]))


def layers_in(network: keras.Model) -> list[keras.Layer]:
    """Return a network and all layers inside it: in models, in wrappers, in layers, in lists."""
    found: dict[int, keras.Layer] = {}
    waiting = [network]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, keras.Layer) and id(value) not in found:
            found[id(value)] = value
            waiting += vars(value).values()
    return list(found.values())
