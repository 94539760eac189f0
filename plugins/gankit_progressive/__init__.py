"""Progressive growing: networks that double their images from stage to stage."""

import gankit


@gankit.hookimpl
def gankit_architectures() -> dict[str, str]:
    """Networks that grow."""
    return {"progressive": "gankit_progressive.networks:progressive"}


@gankit.hookimpl
def gankit_stabilizers() -> dict[str, str]:
    """What fades new layers in."""
    return {"fade-in": "gankit_progressive.fade_in:FadeIn"}
