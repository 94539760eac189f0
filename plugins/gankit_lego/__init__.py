"""LEGO-like bricks: a renderer of our own, and folders of rendered or photographed bricks."""

import gankit


@gankit.hookimpl
def gankit_datasets():
    """Bricks."""
    return {
        "lego": "gankit_lego.dataset:lego",
        "lego-unpaired": "gankit_lego.unpaired:lego_unpaired",
    }


@gankit.hookimpl
def gankit_features():
    """A network that classifies bricks."""
    return {"bricks": "gankit_lego.features.bricks:bricks"}
