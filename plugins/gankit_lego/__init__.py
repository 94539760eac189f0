"""LEGO-like bricks: a renderer, and folders of rendered or photographed bricks."""

import gankit


@gankit.hookimpl
def gankit_datasets() -> dict[str, str]:
    """Bricks."""
    return {
        "lego": "gankit_lego.dataset:lego",
        "lego-unpaired": "gankit_lego.dataset:lego_unpaired",
    }


@gankit.hookimpl
def gankit_features() -> dict[str, str]:
    """A network that classifies bricks."""
    return {"bricks": "gankit_lego.features.bricks:bricks"}
