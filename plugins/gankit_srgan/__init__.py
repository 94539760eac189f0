"""SRGAN: images at two or four times their resolution."""

import gankit


@gankit.hookimpl
def gankit_architectures() -> dict[str, str]:
    """Networks from small images to large ones."""
    return {"srgan": "gankit_srgan.networks:srgan"}


@gankit.hookimpl
def gankit_losses() -> dict[str, str]:
    """Content, alone and with a discriminator."""
    return {"content": "gankit_srgan.losses:Content", "srgan": "gankit_srgan.losses:Srgan"}
