"""MAD-GAN: several generators against one discriminator that also tells them apart."""

import gankit


@gankit.hookimpl
def gankit_architectures() -> dict[str, str]:
    """A mixture of generators."""
    return {"mad-gan": "gankit_madgan.networks:mad_gan"}


@gankit.hookimpl
def gankit_losses() -> dict[str, str]:
    """The discriminator also tells which generator made an image."""
    return {"mad-gan": "gankit_madgan.loss:MadGan"}
