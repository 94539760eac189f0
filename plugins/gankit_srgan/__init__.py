"""SRGAN: images at twice or four times their resolution."""

import gankit


@gankit.hookimpl
def gankit_architectures():
    """Networks from small images to large ones."""
    return {"srgan": "gankit_srgan.networks:srgan"}


@gankit.hookimpl
def gankit_losses():
    """Content, alone and with a discriminator."""
    return {"content": "gankit_srgan.losses:Content", "srgan": "gankit_srgan.losses:Srgan"}
